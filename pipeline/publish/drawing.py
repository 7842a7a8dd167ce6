"""How plots look, and how they become files: PNG and SVG, the same bytes whenever they are drawn.

Neither file tells when or by which version it was made, the SVG's ids come from a fixed salt, and
its letters are outlines of the font that matplotlib brings along, so it looks the same everywhere.
matplotlib is imported when something is drawn: whoever only plans a run does not wait for it.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.publish.distribution import Distribution

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

BLUE: Final = "#0072B2"
ORANGE: Final = "#E69F00"
VERMILLION: Final = "#D55E00"
GREY: Final = "#595959"
"""Colours that the colour-blind tell apart (Okabe and Ito, 2008), and one for what is beside."""

_DPI: Final = 110
_BINS: Final = 24
"""Bars of a histogram at most."""
_LONGEST_NAME: Final = 28

_STYLE: Final = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10.0,
    "axes.titlesize": 11.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "text.parse_math": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "demitasse",
}


@dataclass(frozen=True)
class Plot:
    """A drawing that the card shows."""

    name: str
    """Of its two files, without the ending."""
    alt: str
    """What it shows, for who cannot see it; the card has its numbers as a table."""
    inches: tuple[float, float]
    draw: "Callable[[Figure], None]"

    @property
    def png(self) -> str:
        """Below the dataset folder."""
        return f"plots/{self.name}.png"

    @property
    def svg(self) -> str:
        return f"plots/{self.name}.svg"


def render(plot: Plot) -> tuple[bytes, bytes]:
    """The PNG and the SVG; without pyplot, so that no window or global figure is involved."""
    from matplotlib import style
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    # After a reset: a user's own matplotlibrc must not change the dataset.
    with style.context(["default", _STYLE], after_reset=True):
        figure = Figure(figsize=plot.inches, dpi=_DPI)
        FigureCanvasAgg(figure)
        plot.draw(figure)
        # Once for both files: the layout takes longer than the drawing.
        ConstrainedLayoutEngine().execute(figure)
        files = []
        for form, metadata in (
            ("png", {"Software": None}),
            ("svg", {"Date": None, "Creator": None}),
        ):
            file = io.BytesIO()
            figure.savefig(file, format=form, dpi=_DPI, metadata=metadata)
            files.append(file.getvalue())
    return files[0], files[1]


def ranked(axes: "Axes", bars: Sequence[tuple[str, int]], colour: str = BLUE) -> None:
    """Named bars, the first on top, each with its number behind it."""
    places = range(len(bars))
    drawn = axes.barh(places, [number for _, number in bars], color=colour, height=0.7)
    axes.set_yticks(places, [_named(name, rank) for rank, (name, _) in enumerate(bars, 1)])
    axes.bar_label(drawn, fmt="{:,.0f}", padding=3, color=GREY, fontsize=9)
    listed(axes)


def _named(name: str, rank: int) -> str:
    """A name that leaves room for its bar; its place in the table where the font has no sign."""
    from matplotlib import get_data_path
    from matplotlib.font_manager import get_font

    short = " ".join(name.split())
    if len(short) > _LONGEST_NAME:
        short = f"{short[: _LONGEST_NAME - 1]}…"
    font = get_font(f"{get_data_path()}/fonts/ttf/DejaVuSans.ttf")
    return short if all(font.get_char_index(ord(c)) for c in short) else f"no. {rank}"


def listed(axes: "Axes") -> None:
    """Turn an axis of named rows: the first on top, no ticks, whole numbers below."""
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.margins(x=0.15)
    whole(axes.xaxis)


def whole(axis: "Axis") -> None:
    """Have ticks at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True))


def histogram(axes: "Axes", numbers: Distribution, colour: str = BLUE) -> None:
    """Bars of equal width, each of one number or of as many as it takes to have few bars."""
    low, high = round(numbers.least), round(numbers.most)
    width = max(1, -(-(high - low + 1) // _BINS))
    low = low // width * width
    edges = [low + width * i for i in range((high - low) // width + 2)]
    heights = numbers.binned(edges)
    axes.bar(
        [edge + (width - 1) / 2 for edge in edges[:-1]],
        heights,
        width=0.86 * width,
        color=colour,
    )
    axes.grid(axis="y")
    whole(axes.xaxis)
    whole(axes.yaxis)
    if high == low:
        axes.set_xlim(low - 1, high + 1)
