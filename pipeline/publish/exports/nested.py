"""Training sets of several sizes, each smaller one a part of every larger one.

ST-Think trains on 63, 126, 252, 378, 504 and 630 samples. Which come first follows from a hash of
their ids, so the same dataset gives the same sets, and a larger one adds and never takes away.
"""

from collections.abc import Iterable, Sequence

from blake3 import blake3

from pipeline.errors import UsageError


def nested(ids: Iterable[str], sizes: Sequence[int]) -> dict[str, int]:
    """The place of each training sample: a set of size n has those with places below n.

    Raises:
        UsageError: a size is none, or there are not so many samples.
    """
    drawn = sorted(ids, key=lambda name: (blake3(name.encode()).digest(length=8), name))
    for size in sizes:
        if not 1 <= size <= len(drawn):
            raise UsageError(
                f"there is no training set of {size}: the dataset has {len(drawn)} training "
                f"samples, so --sizes takes whole numbers from 1 to {len(drawn)}"
            )
    return {name: place for place, name in enumerate(drawn)}
