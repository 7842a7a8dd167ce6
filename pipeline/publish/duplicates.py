"""Questions of one split that nearly repeat one of the other, found by their MinHash signatures.

The share of equal places in two signatures estimates the Jaccard similarity of their word
sets (Broder, 1997). Two signatures of `k` places that agree in at least `m` of them differ in
at most `k - m`, so if the places are cut into `k - m + 1` bands, one band is wholly equal: the
index finds every near-duplicate and compares few pairs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Signature = npt.NDArray[np.uint64]


@dataclass
class NearDuplicates:
    """An index of signatures, all of one length."""

    threshold: float
    """Estimated Jaccard similarity from which two texts are the same."""
    _ids: list[str] = field(default_factory=list)
    _signatures: list[Signature] = field(default_factory=list)
    _bands: dict[tuple[int, bytes], list[int]] = field(default_factory=dict)

    def add(self, row_id: str, signature: Sequence[int]) -> None:
        """Remember a signature under an id; an empty one is like nothing."""
        if not signature:
            return
        values = np.array(signature, np.uint64)
        place = len(self._ids)
        self._ids.append(row_id)
        self._signatures.append(values)
        for band in self._cut(values):
            self._bands.setdefault(band, []).append(place)

    def find(self, signature: Sequence[int]) -> str | None:
        """The id of the most similar text at or above the threshold, the first of equals."""
        if not signature:
            return None
        values = np.array(signature, np.uint64)
        near = {place for band in self._cut(values) for place in self._bands.get(band, ())}
        alike = [(-float(np.mean(self._signatures[p] == values)), self._ids[p]) for p in near]
        best = min(alike, default=(0.0, ""))
        return best[1] if best[1] and -best[0] >= self.threshold else None

    def _cut(self, values: Signature) -> list[tuple[int, bytes]]:
        """Enough bands that two signatures at the threshold share one."""
        # The small step keeps 0.8 * 10 from being 8.000000000000002, which would ask for nine.
        agreeing = max(1, math.ceil(self.threshold * len(values) - 1e-9))
        count = len(values) - agreeing + 1
        return [(i, band.tobytes()) for i, band in enumerate(np.array_split(values, count))]
