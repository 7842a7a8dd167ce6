"""The stretches of time that a reply gives, in seconds.

Read, once or several times: `[20.3, 30.8]`, `(20.3, 30.8)`, `from 12.3 to 15`, `12.3s - 15s`,
`between 12 and 15 seconds`, `00:12-00:15`, `1:02:03.5 to 1:02:10`, `<t>2</t>s to <t>5</t>s`,
`<glue>[(2, 5), (8, 9)]</glue>`, `{"time": [2, 5]}`. A pair stays as it was written, so one whose
start is later than its end can be told from one in order.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.evaluation.answers.parsed import Parsed, Unparsed
from pipeline.evaluation.answers.stated import missing, stated

_CLOCK: Final = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:\.\d+)?"
_SECONDS: Final = r"\d+(?:\.\d+)?"
_UNIT: Final = r"(?:\s*(?:seconds?|secs?|s)\b)?"
_ONE_TIME: Final = rf"(?:<t>\s*)?(?:{_CLOCK}|{_SECONDS})(?:\s*</t>)?{_UNIT}"
_PAIR: Final = re.compile(
    rf"(?<![\d.:])(?P<start>{_ONE_TIME})\s*(?:,|-|–|—|~|\bto\b|\buntil\b|\btill\b|\bthrough\b)"
    rf"\s*(?P<end>{_ONE_TIME})(?![\d:])(?!\.\d)",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(
    rf"\bbetween\s+(?P<start>{_ONE_TIME})\s+and\s+(?P<end>{_ONE_TIME})(?![\d:])(?!\.\d)",
    re.IGNORECASE,
)
_GROUP: Final = re.compile(r"[\[(]([^\[\]()]*)[\])]")
_LISTED: Final = re.compile(
    rf"\s*-?{_ONE_TIME}\s*(?:(?:,|-|–|—|\bto\b)\s*-?{_ONE_TIME}\s*)*", re.IGNORECASE
)
_A_TIME: Final = re.compile(rf"-?(?:{_CLOCK}|{_SECONDS})")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time as it was written: `start` may be later than `end`."""

    start: float
    """Seconds."""
    end: float

    def ordered(self) -> "Segment":
        """With the earlier end first, as VideoAuto-R1's grader reads a reversed pair."""
        return self if self.start <= self.end else Segment(self.end, self.start)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return abs(self.end - self.start)


def read_times(reply: str) -> Parsed[tuple[Segment, ...]] | Unparsed:
    """The stretches of time of a reply, in the order written, each once."""
    found = stated(reply)
    if isinstance(found, Unparsed):
        return found
    segments: list[Segment] = []
    for text in found.texts:
        read = times_in(text)
        if isinstance(read, Unparsed):
            return read
        segments += read.value
    return Parsed(tuple(dict.fromkeys(segments)))


def times_in(text: str) -> Parsed[tuple[Segment, ...]] | Unparsed:
    """The stretches of time of a text that is an answer by itself."""
    for group in _GROUP.finditer(text):
        if _LISTED.fullmatch(group[1]) and len(_A_TIME.findall(group[1].replace(" - ", ", "))) != 2:
            return Unparsed("malformed", f"{group[0][:60]!r} is no start and end")
    if re.search(r"[\[(,]\s*-\s*\d", text):
        return Unparsed("malformed", f"{text[:60]!r} has a time before 0")
    found = sorted(_matches(text), key=lambda m: m.start())
    if not found:
        return missing(text, "start and end")
    return Parsed(tuple(Segment(seconds(m["start"]), seconds(m["end"])) for m in found))


def _matches(text: str) -> Iterator[re.Match[str]]:
    yield from _BETWEEN.finditer(text)
    yield from _PAIR.finditer(text)


def seconds(time: str) -> float:
    """Of `12.5`, `12.5s`, `01:02`, `1:02:03.5` or `<t>2</t>`."""
    bare = re.sub(r"</?t>|[a-z\s]", "", time, flags=re.IGNORECASE)
    total = 0.0
    for part in bare.split(":"):
        total = total * 60 + float(part)
    return total
