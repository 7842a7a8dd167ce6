"""Tags in texts: each opened one closed, in order; key items tagged as they are listed."""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Flaw, Rule, each

_KNOWN: Final = ("think", "thinking", "answer", "obj", "box", "t", "glue", "time", "evidence")
_OPEN_OR_CLOSE: Final = re.compile(r"<(/?)([A-Za-z][\w-]*)>")
_START_OR_END: Final = re.compile(r"<\|?(\w+?)_(start|end)\|?>")
_OBJECT: Final = re.compile(r"<obj>(.*?)</obj>", re.DOTALL)
_NOTHING: Final = re.compile(r"<(think|thinking|answer|obj)>\s*</\1>")


def _check(row: Row, context: Context) -> Iterator[Flaw] | None:
    if not any("<" in text for _, text in row.texts):
        return None
    return _flaws(row)


def _flaws(row: Row) -> Iterator[Flaw]:
    for name, text in row.texts:
        if "<" not in text:
            continue
        if message := unbalanced(text):
            yield Flaw("unbalanced", f"{name}: {message}")
        if match := _NOTHING.search(text):
            yield Flaw("empty", f"{name}: {match.group()}")
    if row.key_items is not None and row.reasoning is not None:
        tagged = {item.strip() for item in _OBJECT.findall(row.reasoning)} - {""}
        listed = set(row.key_items)
        if tagged - listed:
            yield Flaw("unlisted", f"<obj>{min(tagged - listed)}</obj> is no key item")
        if tagged and listed - tagged:
            yield Flaw("untagged", f"no <obj>{min(listed - tagged)}</obj> stands in the evidence")


def unbalanced(text: str) -> str | None:
    """The first tag that has no partner, in one clause; None where all have.

    Only tags that are known to come in pairs count, and any that is closed somewhere: a `<` in
    prose and a placeholder are no tags.
    """
    marks = [(m.start(), m[2], bool(m[1])) for m in _OPEN_OR_CLOSE.finditer(text)]
    closed = {name for _, name, closes in marks if closes}
    marks = [mark for mark in marks if mark[1] in closed or mark[1] in _KNOWN]
    marks += [(m.start(), f"{m[1]}_start", m[2] == "end") for m in _START_OR_END.finditer(text)]
    opened: list[str] = []
    for _, name, closes in sorted(marks):
        if not closes:
            opened.append(name)
        elif not opened:
            return f"{_closing(name)} closes nothing"
        elif opened[-1] != name:
            return f"{_closing(name)} stands where {_closing(opened[-1])} should"
        else:
            opened.pop()
    return f"<{opened[-1]}> is never closed" if opened else None


def _closing(name: str) -> str:
    return f"<{name.removesuffix('_start')}_end>" if name.endswith("_start") else f"</{name}>"


TAGS = Rule(
    name="tags",
    checks="tags are closed in the order in which they were opened; tagged objects are key items",
    needs="a tag in its texts",
    kinds={
        "unbalanced": Kind("error", "has a tag without its partner"),
        "empty": Kind("error", "has a tag with nothing in it"),
        "unlisted": Kind("error", "tags an object that is no key item"),
        "untagged": Kind("warning", "lists a key item that its evidence does not tag"),
    },
    watch=each(_check),
)
