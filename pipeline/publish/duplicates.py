"""Questions of one split that nearly repeat one of the other, found by their MinHash signatures.

The share of equal places in two signatures estimates the Jaccard similarity of their word
sets (Broder, 1997). Two signatures of `k` places that agree in at least `m` of them differ in
at most `k - m`, so if the places are cut into `k - m + 1` bands, one band is wholly equal: the
index finds every near-duplicate and compares few pairs. It is flat arrays, sorted once by the
bands' hashes: some 1,250 bytes a text of 64 places, a third of what Python objects would take, and
what shares a band is compared at once, for texts from one template share many.
"""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class _Index:
    """What was added, ready to be searched."""

    signatures: Hashes
    """One row a text."""
    hashes: Hashes
    """One row a band: the hashes of all texts, sorted."""
    texts: npt.NDArray[np.int32]
    """Whose hash each of them is."""


@dataclass
class NearDuplicates:
    """An index of signatures, all of one length."""

    threshold: float
    """Estimated Jaccard similarity from which two texts are the same."""
    _ids: list[str] = field(default_factory=list)
    _signatures: "array[int]" = field(default_factory=lambda: array("Q"))
    _hashes: "array[int]" = field(default_factory=lambda: array("Q"))
    """Of every text's bands."""
    _index: _Index | None = None

    def add(self, row_id: str, signature: Sequence[int]) -> None:
        """Remember a signature under an id; an empty one is like nothing."""
        if not signature:
            return
        # It looks into the arrays, and while it does they cannot grow.
        self._index = None
        values = np.array(signature, np.uint64)
        self._ids.append(row_id)
        self._signatures.frombytes(values.tobytes())
        self._hashes.extend(self._bands(values))

    def find(self, signature: Sequence[int]) -> str | None:
        """The id of the most similar text at or above the threshold, the first of equals."""
        if not signature or not self._ids:
            return None
        index = self._index = self._index or self._sorted()
        values = np.array(signature, np.uint64)
        near = self._near(index, self._bands(values))
        if not len(near):
            return None
        alike = np.mean(index.signatures[near] == values, axis=1)
        best = float(alike.max())
        if best < self.threshold or best == 0:
            return None
        alike_most: list[int] = near[alike == best].tolist()
        return min(self._ids[place] for place in alike_most)

    def _near(self, index: _Index, bands: Sequence[int]) -> npt.NDArray[np.int32]:
        """Texts that share a band."""
        runs = []
        for hashes, texts, band in zip(index.hashes, index.texts, bands, strict=True):
            first = np.searchsorted(hashes, np.uint64(band), "left")
            last = np.searchsorted(hashes, np.uint64(band), "right")
            runs.append(texts[first:last])
        return np.unique(np.concatenate(runs))

    def _sorted(self) -> _Index:
        count = len(self._ids)
        by_band = np.frombuffer(self._hashes, np.uint64).reshape(count, -1).T
        order = np.argsort(by_band, axis=1, kind="stable").astype(np.int32)
        hashes = np.take_along_axis(by_band, order, axis=1)
        signatures = np.frombuffer(self._signatures, np.uint64).reshape(count, -1)
        return _Index(signatures, hashes, order)

    def _bands(self, values: Hashes) -> list[int]:
        """The hashes of so many bands that two signatures at the threshold share one."""
        # The small step keeps 0.8 * 10 from being 8.000000000000002, which would ask for nine.
        agreeing = max(1, math.ceil(self.threshold * len(values) - 1e-9))
        count = len(values) - agreeing + 1
        return [xxh3_64_intdigest(band.tobytes()) for band in np.array_split(values, count)]
