"""Evidence, key items and boxes of a row."""

from collections.abc import Iterator
from typing import Any, Final

from pipeline.imports.box_readings import Reading
from pipeline.imports.evidence_tags import RawMention, take_apart
from pipeline.imports.rows import ImportedMention
from pipeline.imports.telling import Tell, some
from pipeline.records import Bbox

_WRONG: Final = {
    "no_box": "no box stands behind key items",
    "empty_box": "boxes are empty",
    "malformed_box": "boxes are no fours of numbers",
    "box_not_in_convention": "boxes are none by the convention of the file, and are left out",
    "box_scale_doubtful": "boxes would fit a smaller factor as well",
}


def evidence_of(
    text: str, reading: Reading | None, tell: Tell
) -> tuple[str, tuple[ImportedMention, ...]]:
    """The text with items as `<obj>item</obj>`, and the mentions with their boxes."""
    if not text:
        tell("no_evidence", "there is no evidence")
        return "", ()
    tagged = take_apart(text)
    if tagged.stray:
        tell("unbalanced_tags", f"tags of the evidence without a partner: {tagged.stray}")
    wrong: dict[str, list[str]] = {}
    mentions = tuple(
        ImportedMention(item=mention.item, boxes=tuple(_boxes(mention, reading, wrong)))
        for mention in tagged.mentions
    )
    for code, items in wrong.items():
        tell(code, f"{_WRONG[code]}: {some(items)}")
    return tagged.text, mentions


def _boxes(
    mention: RawMention, reading: Reading | None, wrong: dict[str, list[str]]
) -> Iterator[Bbox]:
    if mention.wrong is not None:
        wrong.setdefault(mention.wrong, []).append(mention.item)
    for numbers in mention.boxes:
        bbox = reading.bbox(numbers) if reading is not None else None
        if reading is None or bbox is None:
            wrong.setdefault("box_not_in_convention", []).append(mention.item)
            continue
        if reading.doubtful(numbers):
            wrong.setdefault("box_scale_doubtful", []).append(mention.item)
        yield bbox


def key_items_of(given: Any, tell: Tell) -> tuple[str, ...]:
    """The names, each once: from a text, a list, lists a frame, or a mapping from frames."""
    found = tuple(dict.fromkeys(_texts(given)))
    if given and not found:
        tell("unreadable_key_items", "the key items hold no text")
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
