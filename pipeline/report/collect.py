"""The data of a page: entries until it is full, by count or by bytes, and totals over all."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from pipeline.engine.status import StageStatus
from pipeline.report.choice import choose
from pipeline.report.glance import Tally
from pipeline.report.items import Item
from pipeline.report.pictures import SmallPicture, small_picture
from pipeline.report.source import Heading, Source

MOST_BYTES: Final = 24 << 20
"""Of entries and pictures together: what a phone opens without complaint."""
_NEARLY: Final = 0.98
"""A page so full is not looked through for an entry that would still fit."""


@dataclass(frozen=True)
class PageData:
    """All that a page shows."""

    heading: Heading
    items: tuple[Item, ...]
    pictures: Mapping[str, SmallPicture]
    overrides: tuple[dict[str, Any], ...]
    """Rows of the workspace's files: a file that is saved from the page has them too."""
    box_overrides: tuple[dict[str, Any], ...]
    tally: Tally
    stages: tuple[StageStatus, ...]

    @property
    def shown(self) -> dict[str, int]:
        """How many of what there is are on the page."""
        of_questions = [item for item in self.items if item.kind == "question"]
        samples = sum(item.outcome == "sample" for item in of_questions)
        return {
            "samples": samples,
            "others": len(of_questions) - samples,
            "units": len(self.items) - len(of_questions),
        }

    @property
    def totals(self) -> dict[str, int]:
        """How many there are."""
        samples = self.tally.questions("sample")
        return {
            "samples": samples,
            "others": self.tally.questions() - samples,
            "units": self.tally.units.total(),
        }

    @property
    def whole(self) -> bool:
        """Whether all there is stands on the page."""
        return self.shown == self.totals


def collect(source: Source, most: int, most_bytes: int = MOST_BYTES) -> PageData:
    """Choose entries and gather them while they fit.

    Args:
        most: entries at most.
        most_bytes: of JSON with its pictures; one entry that does not fit is left out.

    Raises:
        StorageError: the source cannot be read.
        InputError: the workspace's overrides cannot be read.
    """
    overrides = tuple(asdict(row) for row in source.overrides())
    box_overrides = tuple(asdict(row) for row in source.box_overrides())
    chosen, tally = choose(source.glances(), most)
    used = _size([overrides, box_overrides])
    items: list[Item] = []
    pictures: dict[str, SmallPicture] = {}
    for item, jpegs in source.shown(chosen):
        new = {name: small_picture(jpeg) for name, jpeg in jpegs.items() if name not in pictures}
        there = {name: picture for name, picture in new.items() if picture is not None}
        size = _size(asdict(item)) + sum(len(picture.url) for picture in there.values())
        if used + size <= most_bytes:
            items.append(item)
            pictures |= there
            used += size
        if used > _NEARLY * most_bytes:
            break
    return PageData(
        heading=source.heading,
        items=tuple(items),
        pictures=pictures,
        overrides=overrides,
        box_overrides=box_overrides,
        tally=tally,
        stages=tuple(source.stages()),
    )


def _size(value: Any) -> int:
    return len(json.dumps(value).encode())
