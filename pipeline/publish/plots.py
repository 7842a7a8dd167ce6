"""The plots of the card, each drawn from numbers that the card also has as a table."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.publish.distribution import Distribution
from pipeline.publish.drawing import (
    BLUE,
    GREY,
    ORANGE,
    VERMILLION,
    Plot,
    histogram,
    listed,
    ranked,
    render,
    whole,
)
from pipeline.publish.statistics import LETTERS, SPLITS, TEXTS, Statistics
from pipeline.tasks import Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN: Final = 20
"""Sources and terms that a plot and its table show."""
_SPLIT_COLOURS: Final = {"train": BLUE, "test": ORANGE}


def write_plots(folder: Path, statistics: Statistics) -> dict[str, Plot]:
    """Draw what there are numbers for, into `plots/`, and tell what was drawn by its name."""
    drawn = {plot.name: plot for plot in plots(statistics)}
    if drawn:
        (folder / "plots").mkdir()
    for plot in drawn.values():
        png, svg = render(plot)
        (folder / plot.png).write_bytes(png)
        (folder / plot.svg).write_bytes(svg)
    return drawn


def plots(statistics: Statistics) -> Iterator[Plot]:
    """Those of which the data has something to show."""
    if not statistics.samples:
        return
    yield _tasks(statistics)
    gaps = {task: statistics.gaps[task] for task in statistics.listed if statistics.gaps.get(task)}
    if gaps:
        yield _distances(gaps)
    yield _counts(statistics)
    yield _sources(statistics)
    yield _lengths(statistics)
    yield _terms(statistics)
    if statistics.letters:
        yield _lead(statistics)
        yield _letters(statistics)
    if statistics.pass_rates.questions:
        yield _pass_rates(statistics)


def _tasks(statistics: Statistics) -> Plot:
    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        names, before = [_name(task) for task in statistics.listed], [0] * len(statistics.listed)
        for split in SPLITS:
            numbers = [statistics.tasks[task, split] for task in statistics.listed]
            axes.barh(
                names, numbers, left=before, height=0.7, color=_SPLIT_COLOURS[split], label=split
            )
            before = [a + b for a, b in zip(before, numbers, strict=True)]
        for place, number in enumerate(before):
            axes.annotate(
                f"{number:,}",
                (number, place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                color=GREY,
                fontsize=9,
            )
        listed(axes)
        axes.set_xlim(left=0)
        axes.set_xlabel("samples")
        axes.legend(loc="lower right")

    return Plot("tasks", "Samples of each task in train and test.", (8.0, 4.6), draw)


def _distances(gaps: dict[Task, Distribution]) -> Plot:
    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        for place, numbers in enumerate(gaps.values()):
            low, first, middle, third, high = map(numbers.quantile, (0.05, 0.25, 0.5, 0.75, 0.95))
            axes.plot([low, high], [place, place], color=GREY, linewidth=1.2)
            axes.barh(place, third - first, left=first, height=0.5, color=BLUE, alpha=0.55)
            axes.plot([middle], [place], "o", color=VERMILLION, markersize=6)
        axes.set_yticks(range(len(gaps)), [f"{_name(t)} ({d.count:,})" for t, d in gaps.items()])
        listed(axes)
        # A bar without width would end the axis in the middle of its mark.
        axes.use_sticky_edges = False
        axes.margins(x=0.05, y=0.05)
        axes.set_ylim(len(gaps) - 0.4, -0.6)
        axes.set_xlim(left=0)
        axes.set_xlabel("seconds from a core frame to the next: 5 to 95 %, 25 to 75 %, median")

    alt = "Distribution of the time between adjacent core frames, for each task."
    return Plot("core_frame_distance", alt, (8.0, 1.3 + 0.32 * len(gaps)), draw)


def _counts(statistics: Statistics) -> Plot:
    def draw(figure: "Figure") -> None:
        left, right = figure.subplots(1, 2)
        for axes, numbers, what in (
            (left, statistics.frames, "core frames"),
            (right, statistics.items, "key items"),
        ):
            histogram(axes, numbers)
            axes.set_xlabel(f"{what} of a sample")
        left.set_ylabel("samples")

    alt = "How many core frames and how many key items samples have."
    return Plot("key_items", alt, (8.0, 2.9), draw)


def _sources(statistics: Statistics) -> Plot:
    shown = statistics.sources[:SHOWN]

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        ranked(axes, shown)
        axes.set_xlabel("samples")

    alt = "Samples of each source of videos, most first."
    return Plot("sources", alt, (8.0, 1.1 + 0.3 * max(2, len(shown))), draw)


def _lengths(statistics: Statistics) -> Plot:
    def draw(figure: "Figure") -> None:
        panels = figure.subplots(1, len(TEXTS))
        for axes, column in zip(panels, TEXTS, strict=True):
            histogram(axes, statistics.word_lengths[column])
            axes.set_title(column)
            axes.set_xlabel("words")
        panels[0].set_ylabel("samples")

    alt = "Lengths of questions, answers and evidence in words."
    return Plot("lengths", alt, (8.0, 2.9), draw)


def _terms(statistics: Statistics) -> Plot:
    words, labels = statistics.terms.top(SHOWN), statistics.labels.top(SHOWN)
    rows = max(4, len(words), len(labels))

    def draw(figure: "Figure") -> None:
        left, right = figure.subplots(1, 2)
        for axes, bars, title, colour in (
            (left, words, "words of questions and answers", BLUE),
            (right, labels, "key items", ORANGE),
        ):
            ranked(axes, bars, colour)
            axes.set_ylim(rows - 0.4, -0.6)
            axes.set_title(title)
            axes.set_xlabel("occurrences")

    alt = "The most frequent words of questions and answers, and the most frequent key items."
    return Plot("top_terms", alt, (8.0, 1.2 + 0.26 * rows), draw)


def _lead(statistics: Statistics) -> Plot:
    def draw(figure: "Figure") -> None:
        left, right = figure.subplots(1, 2)
        for axes, numbers, what in (
            (left, statistics.lead, "characters"),
            (right, statistics.lead_words, "words"),
        ):
            histogram(axes, numbers)
            axes.axvline(0, color=VERMILLION, linewidth=1.4, linestyle="--")
            axes.set_xlabel(f"{what} that the answer has more")
        left.set_ylabel("questions")

    alt = "How much longer the answer is than the longest distractor; left of 0 it is shorter."
    return Plot("length_gap", alt, (8.0, 2.9), draw)


def _letters(statistics: Statistics) -> Plot:
    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        numbers = [statistics.letters[letter] for letter in LETTERS]
        drawn = axes.bar(LETTERS, numbers, color=BLUE, width=0.6)
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
        axes.bar_label(drawn, fmt="{:,.0f}", padding=3, color=GREY, fontsize=9, bbox=behind)
        even = sum(numbers) / len(LETTERS)
        axes.axhline(even, color=VERMILLION, linewidth=1.4, linestyle="--", label="even")
        axes.grid(axis="y")
        whole(axes.yaxis)
        axes.set_ylim(0, 1.2 * max(numbers))
        axes.set_xlabel("letter of the answer")
        axes.set_ylabel("questions")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))

    return Plot("letters", "How often each letter is the answer.", (6.0, 2.9), draw)


def _pass_rates(statistics: Statistics) -> Plot:
    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        bins = statistics.pass_rates.bins
        width = 1 / len(bins)
        axes.bar([width * (i + 0.5) for i in range(len(bins))], bins, width=0.86 * width)
        axes.grid(axis="y")
        whole(axes.yaxis)
        axes.set_xlim(0, 1)
        axes.set_xlabel("pass rate of the policy")
        axes.set_ylabel("questions")

    return Plot("pass_rates", "Questions by the policy's pass rate, in tenths.", (6.0, 2.9), draw)


def _name(task: Task) -> str:
    return task.value.replace("_", " ")
