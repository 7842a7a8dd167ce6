"""The evidence as text for a consumer: its key items with their boxes, each where first named."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pipeline.publish.exports.box_forms import box_text
from pipeline.publish.exports.boxes import WrittenBox

_ITEM: Final = re.compile(r"<obj>(.*?)</obj>", re.DOTALL)

Show = Callable[[str, Sequence[WrittenBox]], str]
"""How a consumer writes a key item with these boxes; none where it has none, or stood before."""


def rendered(evidence: str, boxes: Mapping[str, Sequence[WrittenBox]], show: Show) -> str:
    """The evidence with every `<obj>item</obj>` written as the consumer has it.

    A box stands where its item is first named. Later mentions are names alone: the numbers say
    nothing new there, and a model would learn to spend most of its tokens on them.
    """
    told: set[str] = set()

    def replaced(match: re.Match[str]) -> str:
        item = match[1]
        here = () if item in told else boxes.get(item, ())
        told.add(item)
        return show(item, here)

    return _ITEM.sub(replaced, evidence)


def tagged(item: str, boxes: Sequence[WrittenBox]) -> str:
    """`<obj>dog_1</obj><box>[x1, y1, x2, y2]</box>at<t>2.5</t>s`, the form of Open-o3-Video.

    Items without a box are plain names, so a tag always has a box and a time behind it. The time
    is on the container's clock, as those that writers put into questions and evidence.
    """
    if not boxes:
        return item
    written = "".join(f"<box>{box_text(box.numbers)}</box>" for box in boxes)
    return f"<obj>{item}</obj>{written}at<t>{boxes[0].pts_seconds:.1f}</t>s"
