"""Which boxes of a sample are exported, written in a consumer's convention."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pipeline.publish.exports.box_forms import BoxForm, Numbers
from pipeline.publish.published import PublishedBox, SampleRow

BoxChoice: TypeAlias = Literal["certain", "verified", "all", "none"]
"""Which boxes; a key item that has none stands in the text without."""

CHOICES: Final[dict[BoxChoice, str]] = {
    "certain": "boxes that pass the recipe's checks, of key items that can be no other box",
    "verified": "boxes that pass the recipe's checks; a key item that may be one of several has "
    "all of these",
    "all": "every box, also those that fail the recipe's checks",
    "none": "no boxes",
}


@dataclass(frozen=True)
class WrittenBox:
    """A box as it stands in an export."""

    item: str
    picture: int
    """Which of the sample's pictures it is on, from 0."""
    pts_seconds: float
    """That picture's, on the container's clock."""
    numbers: Numbers


@dataclass(frozen=True)
class BoxWriter:
    """Writes the chosen boxes of a sample in one convention."""

    choice: BoxChoice
    form: BoxForm

    def boxes(self, row: SampleRow) -> Iterator[WrittenBox]:
        """The boxes to export, in the order of the row."""
        places = {frame.frame: n for n, frame in enumerate(row.core_frames)}
        for box in filter(self._chosen, row.boxes):
            if box.frame not in places:
                continue  # on a frame that is not published: there is no picture to show it on
            frame = row.core_frames[places[box.frame]]
            numbers = self.form.write(box.bbox, frame.width, frame.height)
            if numbers is not None:
                yield WrittenBox(box.item, places[box.frame], box.pts_seconds, numbers)

    def by_item(self, row: SampleRow) -> dict[str, list[WrittenBox]]:
        """Likewise, under the names of their key items; items without a box are left out."""
        found: dict[str, list[WrittenBox]] = {}
        for box in self.boxes(row):
            found.setdefault(box.item, []).append(box)
        return found

    def _chosen(self, box: PublishedBox) -> bool:
        if self.choice == "certain":
            return box.verified and box.certain
        return self.choice == "all" or (self.choice == "verified" and box.verified)
