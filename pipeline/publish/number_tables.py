"""The statistics as rows of the card's tables: the first row is the head."""

from collections.abc import Sequence
from typing import Final

from pipeline.publish.distribution import Distribution, merged
from pipeline.publish.route_tally import WAYS
from pipeline.publish.statistics import LETTERS, SECONDS, SPLITS, TEXTS, Statistics
from pipeline.tasks import FAMILY_OF

Row = Sequence[str]

_SPREAD: Final = ("mean", "least", "25 %", "median", "75 %", "95 %", "most")


def at_a_glance(statistics: Statistics) -> list[Row]:
    """How much of everything there is."""
    seconds = list(statistics.video_seconds)
    return [
        ("", "number"),
        ("samples", _whole(statistics.samples)),
        ("videos that samples are of", _whole(len(seconds))),
        ("how long these videos last", f"{_clock(sum(seconds))} (h:min:s)"),
        ("core frames, with every sample that uses one", _whole(statistics.core_frames)),
        ("boxes", _whole(statistics.boxes)),
        ("claims with a time", _whole(statistics.intervals)),
        ("samples with options", _whole(statistics.letters.total())),
    ]


def tasks(statistics: Statistics) -> list[Row]:
    """Samples of every task in every split."""
    rows: list[Row] = [("task", "family", *SPLITS, "all")]
    for task in statistics.listed:
        numbers = [statistics.tasks[task, split] for split in SPLITS]
        rows.append((task, FAMILY_OF[task], *map(_whole, numbers), _whole(sum(numbers))))
    totals = [statistics.in_split(split) for split in SPLITS]
    return [*rows, ("all", "", *map(_whole, totals), _whole(statistics.samples))]


def distances(statistics: Statistics) -> list[Row]:
    """Seconds between adjacent core frames, by task."""
    rows: list[Row] = [("task", "pairs", *_SPREAD)]
    for task in statistics.listed:
        if gaps := statistics.gaps.get(task):
            rows.append((task, _whole(gaps.count), *_spread(gaps)))
    if len(rows) > 1:
        whole = merged(statistics.gaps.values(), SECONDS)
        rows.append(("all", _whole(whole.count), *_spread(whole)))
    return rows


def per_sample(statistics: Statistics) -> list[Row]:
    """Core frames and key items of a sample."""
    return [
        ("of a sample", *_SPREAD),
        ("core frames", *_spread(statistics.frames)),
        ("key items", *_spread(statistics.items)),
    ]


def sources(statistics: Statistics, shown: int) -> list[Row]:
    """The sources with the most samples, and a row for all others."""
    found = statistics.sources
    rows: list[Row] = [("source", "samples", "share")]
    rows += [(name, _whole(n), _share(n, statistics.samples)) for name, n in found[:shown]]
    if rest := found[shown:]:
        others = sum(n for _, n in rest)
        share = _share(others, statistics.samples)
        rows.append((f"{len(rest)} others", _whole(others), share))
    return rows


def lengths(statistics: Statistics) -> list[Row]:
    """Of the texts, in words and characters."""
    rows: list[Row] = [("text", "in", *_SPREAD)]
    for column in TEXTS:
        rows.append((column, "words", *_spread(statistics.word_lengths[column])))
        rows.append((column, "characters", *_spread(statistics.char_lengths[column])))
    return rows


def top_terms(statistics: Statistics, shown: int) -> list[Row]:
    """Words and key items side by side."""
    words, labels = statistics.terms.top(shown), statistics.labels.top(shown)
    rows: list[Row] = [("", "word", "occurrences", "key item", "occurrences")]
    for place in range(max(len(words), len(labels))):
        word, label = (
            (found[place][0], _whole(found[place][1])) if place < len(found) else ("", "")
            for found in (words, labels)
        )
        rows.append((str(place + 1), *word, *label))
    return rows


def lead(statistics: Statistics) -> list[Row]:
    """By how much the answer is longer than the longest distractor."""
    return [
        ("longer by", *_SPREAD),
        ("characters", *_spread(statistics.lead)),
        ("words", *_spread(statistics.lead_words)),
    ]


def letters(statistics: Statistics) -> list[Row]:
    """How often each letter is the answer."""
    total = statistics.letters.total()
    rows: list[Row] = [("letter", "questions", "share")]
    for letter in LETTERS:
        n = statistics.letters[letter]
        rows.append((letter, _whole(n), _share(n, total)))
    return rows


def routes(statistics: Statistics) -> list[Row]:
    """The steps of all routes, by what they do."""
    tally = statistics.routes
    total = tally.steps.total()
    rows: list[Row] = [("step", "steps", "share")]
    return [*rows, *((w, _whole(tally.steps[w]), _share(tally.steps[w], total)) for w in WAYS)]


def turns(statistics: Statistics) -> list[Row]:
    """How many turns a route has."""
    return [("", *_SPREAD), ("turns", *_spread(statistics.routes.turns))]


def _spread(numbers: Distribution) -> Row:
    """In the order of `_SPREAD`: a tenth is told only of what is counted in tenths."""
    digits = 0 if numbers.step == 1 else 1
    points = [numbers.quantile(share) for share in (0.25, 0.5, 0.75, 0.95)]
    plain = [numbers.least, *points, numbers.most]
    return (f"{numbers.mean:,.2f}", *(f"{value:,.{digits}f}" for value in plain))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60:,}:{minutes % 60:02}:{rest:02}"


def _whole(number: int) -> str:
    return f"{number:,}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"
