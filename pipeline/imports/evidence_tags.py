"""Key items and boxes in evidence text, in the spellings that are about.

VideoEspresso's release says `<obj_start>dog<obj_end><box_start>[[..]]<box_end>`, those who encoded
it anew `<obj>dog</obj><box>[..]</box>at<t>2.5</t>s`; a box may be one list of four numbers, a list
of such lists, or empty.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.publish.exports.box_forms import Numbers

_BOX_OPEN, _BOX_CLOSE = "(?:<box_start>|<box>)", "(?:<box_end>|</box>)"
_BOX: Final = re.compile(rf"{_BOX_OPEN}([^<]*){_BOX_CLOSE}")
_MENTION: Final = re.compile(
    r"(?:<obj_start>|<obj>)([^<]*)(?:<obj_end>|</obj>)"
    rf"((?:\s*{_BOX_OPEN}[^<]*{_BOX_CLOSE})*)"
    r"(?:\s*at\s*<t>[^<]*</t>\s*s\b)?"
)
_TAG: Final = re.compile(r"</?(?:obj|box)(?:_start|_end)?>")
_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_AROUND: Final = re.compile(r"[\s,;\[\]()]*")


@dataclass(frozen=True)
class RawMention:
    """A key item and its boxes as they are written."""

    item: str
    boxes: tuple[Numbers, ...]
    wrong: Literal["no_box", "empty_box", "malformed_box"] | None


@dataclass(frozen=True)
class Tagged:
    """An evidence text taken apart."""

    text: str
    """Items stand as `<obj>item</obj>`, boxes and times are gone."""
    mentions: tuple[RawMention, ...]
    stray: int
    """Tags that belong to no mention; they are gone as well."""


def take_apart(evidence: str) -> Tagged:
    """The text and the mentions of an evidence."""
    parts: list[str] = []
    mentions: list[RawMention] = []
    stray = at = 0
    for found in _MENTION.finditer(evidence):
        between, tags = _TAG.subn("", evidence[at : found.start()])
        mention = _mention(found[1].strip(), _BOX.findall(found[2]))
        parts += [between, f"<obj>{mention.item}</obj>"]
        mentions.append(mention)
        stray, at = stray + tags, found.end()
    rest, tags = _TAG.subn("", evidence[at:])
    return Tagged("".join([*parts, rest]), tuple(mentions), stray + tags)


def _mention(item: str, written: list[str]) -> RawMention:
    if not written:
        return RawMention(item, (), "no_box")
    boxes: list[Numbers] = []
    for content in written:
        numbers = [float(n) for n in _NUMBER.findall(content)]
        if len(numbers) % 4 or not _AROUND.fullmatch(_NUMBER.sub("", content)):
            return RawMention(item, (), "malformed_box")
        one, two, three, four = (numbers[n::4] for n in range(4))
        boxes += zip(one, two, three, four, strict=True)
    return RawMention(item, tuple(boxes), None if boxes else "empty_box")
