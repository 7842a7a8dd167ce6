"""How far apart adjacent core frames are, by task: VideoEspresso reports it as one mean a task; a
range says more."""

from array import array
from collections.abc import Mapping
from html import escape
from typing import Final

import numpy as np

_ROW: Final = 40
_AXIS: Final = 24
_TEXT: Final = 13
_MIDDLE: Final = 25
_STEPS: Final = 4


def distance_chart(gaps: Mapping[str, "array[float]"]) -> str:
    """For every task a line from the 5th to the 95th percentile, a bar over the middle half, and a
    mark at the median, values that occur as in the card; empty where no sample has two core frames.
    """
    marks = {
        task: np.percentile(values, [5, 25, 50, 75, 95], method="inverted_cdf").tolist()
        for task, values in sorted(gaps.items())
        if len(values)
    }
    if not marks:
        return ""
    over = _round_up(max(mark[-1] for mark in marks.values()))
    height = len(marks) * _ROW + _AXIS
    pieces = []
    for step in range(_STEPS + 1):
        x = 100 * step / _STEPS
        pieces.append(
            f'<line class="grid" x1="{x:g}%" x2="{x:g}%" y1="0" y2="{height - _AXIS + 4}"/>'
        )
        place = "start" if step == 0 else "end" if step == _STEPS else "middle"
        pieces.append(
            f'<text x="{x:g}%" y="{height - 6}" class="tick {place}">{over * step / _STEPS:g} s'
            "</text>"
        )
    for i, (task, mark) in enumerate(marks.items()):
        pieces.append(_row(task, mark, i * _ROW, 100 / over))
    return (
        f'<svg class="plot" width="100%" height="{height}" role="group" '
        f'aria-label="Seconds between adjacent core frames">{"".join(pieces)}</svg>'
    )


def _row(task: str, mark: list[float], top: int, scale: float) -> str:
    low, p25, median, p75, high = (value * scale for value in mark)
    y = top + _MIDDLE
    name = escape(task.replace("_", " "))
    return (
        f'<g class="line" data-filter="task" data-value="{escape(task)}">'
        f'<text x="0" y="{top + _TEXT}" class="label">{name}</text>'
        f'<text x="100%" y="{top + _TEXT}" class="number">median {mark[2]:.1f} s</text>'
        f'<line class="reach" x1="{low:.2f}%" x2="{high:.2f}%" y1="{y}" y2="{y}"/>'
        f'<rect class="train" x="{p25:.2f}%" y="{y - 5}" width="{max(0.6, p75 - p25):.2f}%" '
        'height="10" rx="3"/>'
        f'<circle class="median" cx="{median:.2f}%" cy="{y}" r="4"/></g>'
    )


def _round_up(value: float) -> float:
    """The next number that divides well: 1, 2, 4, 6 or 10 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(max(value, 1e-3)))
    return float(next(power * step for step in (1, 2, 4, 6, 10, 20) if power * step >= value))
