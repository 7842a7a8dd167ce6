"""What the numbers of foreign boxes mean, found out from all boxes of a file.

VideoEspresso's are centre and size; the authors speak of a factor of 100, published code divides by
1000, and other annotations are parts of one, or corners. One box can be read in many ways;
thousands of them cannot, since nearly all must lie inside the picture.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.publish.exports.box_forms import Numbers
from pipeline.records import Bbox

FACTORS: Final = (1, 100, 1000)
_BEYOND: Final = 0.02
"""How far a box may reach beyond the picture: detectors do, by about so much."""
_NEARLY_ALL: Final = 0.95
"""Of the boxes must fit a reading. Of boxes that are read wrongly far fewer do: of centre and size
read as corners, only those left and above of their own size."""


@dataclass(frozen=True)
class Reading:
    """One way to read four numbers."""

    form: Literal["centre", "corners"]
    factor: int

    @property
    def name(self) -> str:
        """`centre-1000` and so on."""
        return f"{self.form}-{self.factor}"

    def bbox(self, numbers: Numbers) -> Bbox | None:
        """The box, clipped to the picture; None where the numbers cannot be meant so."""
        x1, y1, x2, y2 = self._corners(numbers)
        if not (-_BEYOND <= x1 < x2 <= 1 + _BEYOND and -_BEYOND <= y1 < y2 <= 1 + _BEYOND):
            return None
        if self.factor > 1 and max(numbers) <= 1:
            return None  # parts of one among larger numbers: another annotation's box
        left, right = (min(max(x, 0.0), 1.0) for x in (x1, x2))
        top, bottom = (min(max(y, 0.0), 1.0) for y in (y1, y2))
        return (left, top, right, bottom) if left < right and top < bottom else None

    def doubtful(self, numbers: Numbers) -> bool:
        """They would be a box by a smaller factor as well: one in the corner by this one."""
        smaller = [f for f in FACTORS if f < self.factor]
        return bool(smaller) and max(numbers) <= max(smaller)

    def _corners(self, numbers: Numbers) -> Numbers:
        one, two, three, four = (n / self.factor for n in numbers)
        if self.form == "corners":
            return one, two, three, four
        return one - three / 2, two - four / 2, one + three / 2, two + four / 2


READINGS: Final = tuple(
    Reading(form, factor) for factor in FACTORS for form in ("centre", "corners")
)
"""Smaller factors first: what fits a small one fits the larger as boxes in the corner."""


def reading_of(name: str) -> Reading | None:
    """The reading of this name."""
    return next((r for r in READINGS if r.name == name), None)


@dataclass
class Tally:
    """Counts how many boxes fit each reading."""

    boxes: int = 0
    fitting: Counter[Reading] = field(default_factory=Counter)

    def add(self, numbers: Numbers) -> None:
        """Count a box."""
        self.boxes += 1
        self.fitting.update(r for r in READINGS if r.bbox(numbers) is not None)

    def share(self, reading: Reading) -> float:
        """Of the boxes that fit a reading."""
        return self.fitting[reading] / self.boxes if self.boxes else 0.0

    def best(self) -> Reading | None:
        """The first reading that nearly all boxes fit, else the one that most do; None where there
        is no box."""
        if not self.boxes:
            return None
        fit = (r for r in READINGS if self.share(r) >= _NEARLY_ALL)
        return next(fit, None) or max(READINGS, key=self.share)
