"""How alike two frames look, told from the numbers that are kept of them."""

from collections.abc import Sequence


def differing_bits(one: str, other: str) -> int:
    """In how many of their 64 bits two perceptual hashes (16 hex digits) differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def mean_difference(one: Sequence[float], other: Sequence[float]) -> float:
    """By how many luma levels two grids differ, on average over their fields."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
