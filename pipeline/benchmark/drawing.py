"""The drawings of a benchmark's card: those of a dataset's that say whether it is balanced."""

from pathlib import Path
from typing import Final

from pipeline.publish.drawing import Plot, render
from pipeline.publish.plots import plots
from pipeline.publish.statistics import Statistics

SHOWN: Final = ("tasks", "length_gap", "letters")


def draw(folder: Path, statistics: Statistics) -> dict[str, Plot]:
    """Draw them into `plots/`, and tell what was drawn by its name."""
    drawn = {plot.name: plot for plot in plots(statistics) if plot.name in SHOWN}
    (folder / "plots").mkdir()
    for plot in drawn.values():
        png, svg = render(plot)
        (folder / plot.png).write_bytes(png)
        (folder / plot.svg).write_bytes(svg)
    return drawn
