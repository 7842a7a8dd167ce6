"""Which split a sample belongs to: decided by a hash, so that it never changes.

The video's group (its own content hash, or the participant, place or series that `videos.csv`
names) is hashed to a number in [0, 1); below `test_fraction` it is test. A new video therefore
never moves an old one, and one group never sits on both sides.
"""

from typing import Literal

from blake3 import blake3

SplitName = Literal["train", "test"]


def split_of(split_group: str, test_fraction: float) -> SplitName:
    """The split of all samples of one group."""
    digest = blake3(split_group.encode()).digest(length=8)
    # 53 bits are what a double holds, so the quotient is exact and below one.
    place = (int.from_bytes(digest, "big") >> 11) / (1 << 53)
    return "test" if place < test_fraction else "train"
