"""The plot of a protocol: the average of each input with its interval, overall and by task."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from pipeline.engine.workspace import Workspace
from pipeline.harness.protocols import PROTOCOLS, Measured
from pipeline.harness.results import Average, ProtocolResult, Results
from pipeline.publish.drawing import BLUE, GREY, ORANGE, VERMILLION, Plot, render
from pipeline.recipe.evaluation import BLIND

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS: Final = (BLUE, ORANGE, VERMILLION, "#009E73", "#CC79A7", "#56B4E9")
_ROW: Final = 0.34
"""Inches of a line of the plot."""
OVERALL: Final = ("all, micro", "all, macro")

Series = tuple[str, dict[str, Average]]
"""An input's name, and its averages by the names of the lines."""


def write_plots(workspace: Workspace, results: Results) -> list[str]:
    """Draw every protocol into `plots/` and tell the files."""
    written = []
    for plot in plots(results):
        for name, data in zip((plot.png, plot.svg), render(plot), strict=True):
            workspace.store.write(name, data)
            written.append(name)
    return written


def plots(results: Results) -> Iterator[Plot]:
    """One for every protocol with something to show."""
    for place, first in enumerate(results.inputs[0].protocols):
        measure = next(m for m in PROTOCOLS[first.protocol].measures if m.name == first.primary)
        series = [(one.input, _averages(one.protocols[place])) for one in results.inputs]
        if any(average.graded for _, found in series for average in found.values()):
            title = f"{results.model.label}: {measure.name} under {first.version}"
            yield chart(f"{first.protocol}", title, series, measure)


def _averages(found: ProtocolResult) -> dict[str, Average]:
    """All questions, then each task."""
    primary = found.metrics[0]
    tasks = {
        task.task.replace("_", " "): task.metrics[primary.name]
        for task in found.tasks
        if primary.name in task.metrics
    }
    return {**dict(zip(OVERALL, (primary.micro, primary.macro), strict=True)), **tasks}


def chart(name: str, title: str, series: Sequence[Series], measure: Measured) -> Plot:
    """Points with intervals, a line of the plot for each task and in it a point a series."""
    lines = list(dict.fromkeys(line for _, found in series for line in found))
    height = 1.4 + _ROW * len(lines) * max(1.0, 0.45 * len(series))

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        step = 0.7 / len(series)
        for place, (label, found) in enumerate(series):
            colour = GREY if label == BLIND else _COLOURS[place % len(_COLOURS)]
            offset = (place - (len(series) - 1) / 2) * step
            _points(axes, label, colour, [(lines.index(n) + offset, a) for n, a in found.items()])
        axes.axhline(len(OVERALL) - 0.5, color=GREY, linewidth=0.8)
        axes.set_yticks(range(len(lines)), lines)
        axes.set_ylim(len(lines) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        axes.set_xlim(measure.low, measure.high)
        if measure.share:
            axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        axes.set_xlabel(
            f"{measure.name}, with 95 % intervals; faint: open questions wrong or right"
        )
        axes.set_title(title)
        figure.legend(loc="outside lower center", ncols=min(4, len(series)))

    return Plot(name, title, (8.0, height), draw)


def _points(
    axes: "Axes", label: str, colour: str, averages: Sequence[tuple[float, Average]]
) -> None:
    drawn = [(at, average) for at, average in averages if average.graded is not None]
    for at, average in averages:
        if average.lower and average.upper and average.lower != average.upper:
            axes.plot(
                [average.lower.value, average.upper.value],
                [at, at],
                color=colour,
                alpha=0.25,
                linewidth=7,
                solid_capstyle="butt",
            )
    found = [(at, average.graded) for at, average in drawn if average.graded]
    axes.errorbar(
        [one.value for _, one in found],
        [at for at, _ in found],
        xerr=[
            [max(0.0, one.value - one.low) for _, one in found],
            [max(0.0, one.high - one.value) for _, one in found],
        ],
        fmt="o",
        color=colour,
        markersize=5,
        linewidth=1.4,
        capsize=2,
        label=label,
        clip_on=False,
    )
