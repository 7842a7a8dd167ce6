"""Texts that say the same or nearly the same, among many, in some 250 bytes a text.

The signatures and the banding are those of `selection` and `publish`: 64 minima of hashed word
3-grams, cut into so many bands that two signatures at the threshold share one wholly (see
`pipeline.publish.duplicates`, which keeps Python objects and needs some 5 kB a text). Here bands
are 64-bit hashes in flat arrays, sorted once at the end; of each minimum 16 bits are kept for
the comparison, so two that differ look equal once in 65,536.
"""

import math
from array import array
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest

from pipeline.stages.selection_rules.minhash import PERMUTATIONS, signature

_COMPARED: Final = 512
"""Texts of one band that a text is compared with, the first ones: a band that thousands share
belongs to texts from one template, and comparing all with all would take hours."""

Hashes = npt.NDArray[np.uint64]


class Pair(NamedTuple):
    """A text and one that it repeats, by their ordinals."""

    text: int
    other: int
    exact: bool
    """They are the same but for case and spaces."""


class NearTexts:
    """Questions with their answers, each in a group (its video) and with a rank (its split)."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        agreeing = max(1, math.ceil(threshold * PERMUTATIONS - 1e-9))
        bands = PERMUTATIONS - agreeing + 1
        self._cuts = [
            slice(part[0], part[-1] + 1) for part in np.array_split(range(PERMUTATIONS), bands)
        ]
        self._ordinals = array("Q")
        self._minima = array("H")
        self._bands = array("Q")
        self._exact = array("Q")
        self._questions = array("Q")
        self._groups = array("Q")
        self._ranks = array("B")

    def __len__(self) -> int:
        return len(self._ordinals)

    def add(self, ordinal: int, question: str, answer: str, group: str, rank: int) -> None:
        """Remember a text; one without words is like nothing.

        Two rules may share this: the same ordinal again, right after, is nothing new.
        """
        if self._ordinals and self._ordinals[-1] == ordinal:
            return
        minima = np.array(signature(f"{question} {answer}"), np.uint32)
        if not len(minima):
            return
        self._ordinals.append(ordinal)
        self._minima.frombytes(minima.astype(np.uint16).tobytes())
        self._bands.extend(
            xxh3_64_intdigest(minima[band].tobytes(), seed=number)
            for number, band in enumerate(self._cuts)
        )
        self._exact.append(_hash(f"{_plain(question)}\n{_plain(answer)}"))
        self._questions.append(_hash(_plain(question)))
        self._groups.append(_hash(group))
        self._ranks.append(rank)

    def repeats(self) -> Iterator[Pair]:
        """Texts that repeat an earlier one of their group and rank."""
        place = _mixed(_view(self._groups), self._rank() + np.uint64(1))
        yield from self._pairs(place, across=False)

    def across(self) -> Iterator[Pair]:
        """Texts that repeat one of a higher rank, in whatever group."""
        yield from self._pairs(np.zeros(len(self), np.uint64), across=True)

    def contradictions(self) -> Iterator[tuple[int, int]]:
        """Texts whose question an earlier one of their group asks with another answer."""
        asked = _mixed(_view(self._questions), _view(self._groups))
        exact, ordinals = _view(self._exact), _view(self._ordinals)
        for run in _runs(asked):
            first = run[0]
            for other in run[1:]:
                if exact[other] != exact[first]:
                    yield int(ordinals[other]), int(ordinals[first])

    def _rank(self) -> Hashes:
        return np.frombuffer(self._ranks, np.uint8).astype(np.uint64)

    def _pairs(self, place: Hashes, *, across: bool) -> Iterator[Pair]:
        """One pair a text at most, in the order of the texts; only texts of one place compare."""
        if not len(self):
            return
        ordinals, ranks = _view(self._ordinals), self._rank()
        # The same text again: the first one stands for all of them.
        same = _mixed(_view(self._exact), _mixed(place, ranks + np.uint64(1)))
        _, firsts, stands = np.unique(same, return_index=True, return_inverse=True)
        standing = np.sort(firsts)
        found = self._similar(standing, place, ranks, across=across)
        exact = _view(self._exact)
        for text, first in enumerate(firsts[stands]):
            other = int(first) if text != first and not across else found.get(int(first))
            if other is not None:
                alike = bool(exact[text] == exact[other])
                yield Pair(int(ordinals[text]), int(ordinals[other]), alike)

    def _similar(
        self, standing: npt.NDArray[np.intp], place: Hashes, ranks: Hashes, *, across: bool
    ) -> dict[int, int]:
        """For each text of `standing` the first similar one that it may be paired with."""
        minima = np.frombuffer(self._minima, np.uint16).reshape(-1, PERMUTATIONS)
        bands = _view(self._bands).reshape(len(self), -1)
        found: dict[int, int] = {}
        for number in range(bands.shape[1]):
            keys = _mixed(bands[standing, number], place[standing])
            for run in _runs(keys):
                texts = standing[run]
                if across and np.all(ranks[texts] == ranks[texts[0]]):
                    continue
                heads = _heads(texts, ranks) if across else texts[:_COMPARED]
                for text in texts:
                    if across:
                        others = heads[ranks[heads] > ranks[text]]
                    else:
                        others = heads[(heads < text) & (ranks[heads] == ranks[text])]
                    if not len(others):
                        continue
                    shares = np.mean(minima[others] == minima[text], axis=1)
                    near = others[shares >= self._threshold - 1e-9]
                    if len(near):
                        best = int(near[0])
                        found[int(text)] = min(best, found.get(int(text), best))
        return found


def _heads(texts: npt.NDArray[np.intp], ranks: Hashes) -> npt.NDArray[np.intp]:
    """The first texts of each rank."""
    parts = [texts[ranks[texts] == rank][:_COMPARED] for rank in np.unique(ranks[texts])]
    return np.concatenate(parts)


def _runs(keys: Hashes) -> Iterator[npt.NDArray[np.intp]]:
    """Places of equal keys, of those that are there more than once, each run in order."""
    order = np.argsort(keys, kind="stable")
    borders = np.flatnonzero(np.diff(keys[order])) + 1
    starts, ends = np.append(0, borders), np.append(borders, len(keys))
    for number in np.flatnonzero(ends - starts > 1):
        yield order[starts[number] : ends[number]]


def _mixed(left: Hashes, right: Hashes) -> Hashes:
    """One hash of two: equal pairs stay equal, and mixing twice does not undo it (SplitMix64)."""
    with np.errstate(over="ignore"):
        mixed: Hashes = left * np.uint64(0x9E3779B97F4A7C15) + right
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _view(values: "array[int]") -> Hashes:
    return np.frombuffer(values, np.uint64)


def _hash(text: str) -> int:
    return xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
