"""Bar charts as SVG whose lengths are percentages: the bars follow the page's width, and the text
keeps its size on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_ROW: Final = 40
"""Pixels from one bar to the next; a note below a bar takes as many again as `_NOTE`."""
_NOTE: Final = 16
_TEXT: Final = 13
_BAR_TOP: Final = 20
_BAR: Final = 10
_LEAST: Final = 0.6
"""Percent: what is there at all is seen."""


@dataclass(frozen=True)
class Part:
    """A stretch of a bar; the kind is a class of the page's style."""

    kind: str
    value: float


@dataclass(frozen=True)
class Bar:
    """One line of a chart."""

    label: str
    number: str
    parts: tuple[Part, ...]
    note: str = ""
    pick: tuple[str, str] | None = None
    """The gallery's filter that shows what is counted here, and its value."""


def bar_chart(name: str, bars: Sequence[Bar], full: float | None = None) -> str:
    """The chart as text to stand in a page.

    Args:
        full: what fills the width; the longest bar where it is None.
    """
    longest = max((sum(p.value for p in bar.parts) for bar in bars), default=0.0)
    scale = 100 / (full or longest or 1.0)
    rows, top = [], 0
    for bar in bars:
        rows.append(_row(bar, top, scale))
        top += _ROW + (_NOTE if bar.note else 0)
    return (
        f'<svg class="plot" width="100%" height="{top}" role="group" aria-label="{escape(name)}">'
        f"{''.join(rows)}</svg>"
    )


def _row(bar: Bar, top: int, scale: float) -> str:
    pick = ""
    if bar.pick is not None:
        name, value = bar.pick
        pick = f' data-filter="{escape(name)}" data-value="{escape(value)}"'
    pieces = [
        f'<g class="line"{pick}>',
        f'<text x="0" y="{top + _TEXT}" class="label">{escape(bar.label)}</text>',
        f'<text x="100%" y="{top + _TEXT}" class="number">{escape(bar.number)}</text>',
        f'<rect class="track" x="0" y="{top + _BAR_TOP}" width="100%" height="{_BAR}" rx="3"/>',
    ]
    at = 0.0
    for part in bar.parts:
        if part.value <= 0:
            continue
        wide = max(_LEAST, part.value * scale)
        pieces.append(
            f'<rect class="{escape(part.kind)}" x="{at:.2f}%" y="{top + _BAR_TOP}" '
            f'width="{wide:.2f}%" height="{_BAR}" rx="3"/>'
        )
        at += wide
    if bar.note:
        below = top + _BAR_TOP + _BAR + _TEXT
        pieces.append(f'<text x="0" y="{below}" class="note">{escape(bar.note)}</text>')
    return "".join([*pieces, "</g>"])
