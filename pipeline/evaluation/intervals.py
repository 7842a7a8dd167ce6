"""How far an average may be off: Wilson's interval of a share, and a bootstrap over videos.

Questions of one video are not independent: whoever misreads the video misses them all. So the
bootstrap draws whole videos, as many as there are, with replacement, from a fixed seed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

LEVEL: Final = 0.95
RESAMPLES: Final = 2000
SEED: Final = 0
_CELLS: Final = 4_000_000
"""Draws at a time, resamples times videos."""

Method = Literal["videos", "wilson"]
"""A bootstrap over videos; or Wilson's interval, as if all questions were independent, which is
the usual one for shares and the one to compare with what others report."""
Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and the interval in which it lies with a probability of `LEVEL`."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean of differences and its interval, which is none where every draw of videos is the same.

    One video, or differences that are all alike, give no idea of how far it may be off, and
    Wilson's interval is of shares only. An interval without width would claim to be certain.
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Averages:
    """Averages of scores in groups; None where there is nothing to average."""

    micro: Estimate | None
    """Over all questions."""
    macro: Estimate | None
    """Over the groups, each counting the same."""
    groups: tuple[Estimate | None, ...]


def wilson(right: float, of: float, level: float = LEVEL) -> Estimate:
    """Wilson's score interval of a share.

    Args:
        right: how many are, of `of`; both may be fractions of an effective number.

    Raises:
        ValueError: there is nothing to take a share of.
    """
    if not 0 <= right <= of or of == 0:
        raise ValueError(f"{right} of {of} is no share")
    share = right / of
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def averages(
    values: Sequence[float],
    clusters: Sequence[str],
    groups: Sequence[int],
    *,
    maximum: float = 1.0,
    method: Method = "videos",
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Averages:
    """Averages of scores with bootstrap intervals over clusters.

    Where no draw could differ (one cluster, or all are right), the interval is Wilson's with as
    many trials as there are clusters: a bootstrap would claim to be certain.

    Args:
        values: one score a question.
        clusters: the video of each question.
        groups: the task of each question, from 0.
        maximum: the highest score, for that interval.
        method: of the intervals of `micro` and of groups; `macro` always has the bootstrap's.

    Raises:
        ValueError: Wilson's interval is asked for of scores between 0 and the highest.
    """
    if not values:
        return Averages(None, None, ())
    if method == "wilson" and any(value not in (0, maximum) for value in values):
        raise ValueError(
            "Wilson's interval is of scores that are 0 or the highest, nothing between"
        )
    count = max(groups) + 1
    sums, sizes = _cells(values, clusters, groups)
    drawn, drawn_sizes = _draw(sums, sizes, resamples, seed)

    def share(value: float, of: float) -> Estimate:
        found = wilson(value / maximum * of, of, level)
        return Estimate(float(value), found.low * maximum, found.high * maximum)

    def estimate(value: float, draws: Floats, videos: int, questions: float) -> Estimate:
        if method == "wilson" and questions:
            return share(value, questions)
        draws = draws[~np.isnan(draws)]
        if _same(draws):
            return share(value, videos)
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
        return Estimate(float(value), float(low), float(high))

    with np.errstate(invalid="ignore"):
        means, drawn_means = sums.sum(0) / sizes.sum(0), drawn / drawn_sizes
    held = ~np.isnan(means)
    there = ~np.isnan(drawn_means)
    macro = np.where(there, drawn_means, 0).sum(1) / there.sum(1)
    return Averages(
        micro=estimate(
            sums.sum() / sizes.sum(), drawn.sum(1) / drawn_sizes.sum(1), len(sums), len(values)
        ),
        macro=estimate(means[held].mean(), macro, len(sums), 0),
        groups=tuple(
            estimate(
                means[g], drawn_means[:, g], int((sizes[:, g] > 0).sum()), float(sizes[:, g].sum())
            )
            if held[g]
            else None
            for g in range(count)
        ),
    )


def difference(
    values: Sequence[float],
    clusters: Sequence[str],
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Difference | None:
    """The mean of differences with a bootstrap interval over clusters; None without values.

    Args:
        values: one difference a question.
        clusters: the video of each question.
    """
    if not values:
        return None
    sums, sizes = _cells(values, clusters, [0] * len(values))
    drawn, drawn_sizes = _draw(sums, sizes, resamples, seed)
    value, draws = float(sums.sum() / sizes.sum()), drawn[:, 0] / drawn_sizes[:, 0]
    if _same(draws):
        return Difference(value, None, None)
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Difference(value, float(low), float(high))


def _cells(
    values: Sequence[float], clusters: Sequence[str], groups: Sequence[int]
) -> tuple[Floats, Floats]:
    """Sum and number of the values of each cluster, by group."""
    names = {name: n for n, name in enumerate(dict.fromkeys(clusters))}
    places = np.array([names[c] for c in clusters]), np.array(groups)
    sums = np.zeros((len(names), max(groups) + 1))
    sizes = np.zeros_like(sums)
    np.add.at(sums, places, values)
    np.add.at(sizes, places, 1)
    return sums, sizes


def _same(draws: Floats) -> bool:
    """All of them, but for rounding."""
    return bool(np.ptp(draws) < 1e-12)


def _draw(sums: Floats, sizes: Floats, resamples: int, seed: int) -> tuple[Floats, Floats]:
    """Sums and sizes by group of each resample of the clusters."""
    random = np.random.default_rng(seed)
    clusters = len(sums)
    at_once = max(1, _CELLS // clusters)
    found: list[tuple[Floats, Floats]] = []
    for start in range(0, resamples, at_once):
        rounds = min(at_once, resamples - start)
        times = random.multinomial(clusters, np.full(clusters, 1 / clusters), rounds)
        found.append((times @ sums, times @ sizes))
    return np.concatenate([s for s, _ in found]), np.concatenate([n for _, n in found])
