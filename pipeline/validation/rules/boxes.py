"""Boxes: four numbers with an area inside the frame, whatever convention they follow.

Published boxes are corners or centre and size, in shares of the frame, in hundredths, in
thousandths or in pixels, and rarely does a file say which. Where a format does not, a box passes
if it is one in either convention at the scale that the dataset's largest number shows.
"""

import math
from collections.abc import Iterator
from typing import Final

from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import BoxRef, Row
from pipeline.validation.rule import WHOLE, Flaw, Rule, Watch
from pipeline.validation.tally import Tally

_SCALES: Final = (1.0, 100.0, 1000.0)
"""Shares, hundredths (VideoEspresso), thousandths (Qwen2-VL, Qwen3-VL, InternVL)."""


class _Boxes(Watch):
    """Boxes of unknown scale are judged at every scale, and one verdict is taken at the end."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._at = {scale: Tally(self.limits.examples) for scale in (*_SCALES, math.inf)}
        self._rows = dict.fromkeys((*_SCALES, math.inf), 0)
        """Undeclared rows whose largest number shows this scale."""
        self._first: dict[float, tuple[str, str]] = {}

    def see(self, row: Row) -> None:
        if not row.boxes:
            return
        declared = [box for box in row.boxes if box.scale is not None]
        unknown = [box for box in row.boxes if box.scale is None]
        flaws = [flaw for box in declared for flaw in _declared(box, self.limits.box_slack)]
        flaws += [flaw for box in row.boxes for flaw in _malformed(box)]
        self.judge(row, flaws)
        largest = max((abs(n) for b in unknown for n in b.numbers if math.isfinite(n)), default=0.0)
        if largest > 0:
            shown = next(
                (s for s in _SCALES if largest <= s * (1 + self.limits.box_slack)), math.inf
            )
            self._rows[shown] += 1
            told = f"the largest number of its boxes is {largest:g}"
            self._first.setdefault(shown, (row.label, told))
            for scale, tally in self._at.items():
                for code, detail in _once(unknown, scale, self.limits.box_slack).items():
                    tally.add(code, row.label, detail)

    def finish(self) -> None:
        shown = [scale for scale, rows in self._rows.items() if rows]
        if not shown:
            return
        scale = max(shown)
        self.tally.merge(self._at[scale])
        name = "pixels" if math.isinf(scale) else f"numbers from 0 to {scale:g}"
        told = f"{sum(self._rows.values())} rows read as {name}, corners or centre and size"
        self.tally.add("undeclared", WHOLE, told)
        # Small boxes alone show no other scale; numbers of which none exceeds one do.
        if scale > 1 and self._rows[1.0]:
            row, detail = self._first[1.0]
            told = f"{detail}; elsewhere they are {name}"
            self.tally.add("mixed_scales", row, told, count=self._rows[1.0])


def _malformed(box: BoxRef) -> Iterator[Flaw]:
    if not box.numbers:
        yield Flaw("empty", f"{box.what}: no numbers")
    elif len(box.numbers) != 4 or not all(map(math.isfinite, box.numbers)):
        yield Flaw("malformed", f"{box.what}: {_told(box)}")


def _declared(box: BoxRef, slack: float) -> Iterator[Flaw]:
    if len(box.numbers) == 4 and all(map(math.isfinite, box.numbers)):
        scale = 1.0 if box.scale == "unit" else math.inf
        # What we publish is exact; what others round may stick out a little.
        allowed = 0.0 if box.scale == "unit" else slack
        if flaw := _flaw(box, _corners(box), scale, allowed):
            yield flaw


def _once(boxes: list[BoxRef], scale: float, slack: float) -> dict[str, str]:
    """Codes of what is wrong with a row's boxes at a scale, in either convention."""
    found: dict[str, str] = {}
    for box in boxes:
        if len(box.numbers) != 4 or not all(map(math.isfinite, box.numbers)):
            continue
        flaws = [_flaw(box, corners, scale, slack) for corners in (box.numbers, _centred(box))]
        certain = [flaw for flaw in flaws if flaw is not None]
        if len(certain) == len(flaws):
            # What has an area in one convention lies outside in that one.
            flaw = max(certain, key=lambda flaw: flaw.code == "out_of_range")
            found.setdefault(flaw.code, flaw.detail)
    return found


def _flaw(box: BoxRef, corners: tuple[float, ...], scale: float, slack: float) -> Flaw | None:
    x1, y1, x2, y2 = corners
    if x1 >= x2 or y1 >= y2:
        return Flaw("no_area", f"{box.what}: {_told(box)}")
    reach = slack * (1.0 if math.isinf(scale) else scale)
    if min(x1, y1) < -reach or max(x2, y2) > scale + reach:
        return Flaw("out_of_range", f"{box.what}: {_told(box)}")
    return None


def _corners(box: BoxRef) -> tuple[float, ...]:
    return box.numbers if box.corners == "xyxy" else _centred(box)


def _centred(box: BoxRef) -> tuple[float, ...]:
    """The corners, if the numbers are centre and size."""
    x, y, width, height = box.numbers
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _told(box: BoxRef) -> str:
    return f"[{', '.join(f'{n:g}' for n in box.numbers[:8])}]"


BOXES = Rule(
    name="boxes",
    checks="boxes are four numbers with an area, inside the frame",
    needs="a box",
    kinds={
        "empty": Kind("error", "has a box without numbers"),
        "malformed": Kind("error", "has a box that is not four finite numbers"),
        "no_area": Kind("error", "has a box without area, or with its corners swapped"),
        "out_of_range": Kind("error", "has a box outside its frame"),
        "mixed_scales": Kind("warning", "has boxes on a smaller scale than other rows"),
        "undeclared": Kind("warning", "does not say what the numbers of its boxes mean"),
    },
    watch=_Boxes,
)
