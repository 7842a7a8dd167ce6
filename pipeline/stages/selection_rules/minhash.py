"""MinHash: an estimate of how alike two texts are, from 64 numbers each.

The chance that a random order puts the same word 3-gram first in two sets is their Jaccard
similarity, so the share of equal minima estimates it (Broder, 1997), with a standard error of
at most 1 / (2 * sqrt(64)) = 0.0625. A hash function with another seed stands for each order.
"""

import re
from typing import Final

from xxhash import xxh32_intdigest

PERMUTATIONS: Final = 64

_WORD: Final = re.compile(r"[\w']+")
_GRAM: Final = 3


def shingles(text: str) -> frozenset[str]:
    """The text's word 3-grams, without case and marks; of a shorter text, all its words."""
    words = _WORD.findall(text.casefold())
    if len(words) < _GRAM:
        return frozenset([" ".join(words)] if words else [])
    return frozenset(" ".join(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1))


def signature(text: str) -> tuple[int, ...]:
    """The least hash of the text's 3-grams under each seed; empty for a text without words."""
    grams = [gram.encode() for gram in shingles(text)]
    if not grams:
        return ()
    return tuple(min(xxh32_intdigest(g, seed) for g in grams) for seed in range(PERMUTATIONS))
