"""Times of frames: the container's ticks, seconds, and the frame-index rule.

A frame's index is the place of its presentation time (pts) among the sorted, distinct times of
the stream's packets. Packets that an edit list discards, and packets cut off by the end of a
truncated file, are no frames. The rule needs no decoder, so the probe knows every index, and a
frame that fails to decode leaves a hole instead of shifting all that follow.

Index over average rate is never used as a time: with a variable rate it is wrong by up to
seconds.
"""

import heapq
from fractions import Fraction


def seconds(pts: int, time_base: Fraction) -> float:
    """The time of `pts` ticks, rounded once: Python divides integers exactly."""
    return pts * time_base.numerator / time_base.denominator


class FrameIndex:
    """Gives decoded frames their index while the packets are still being read.

    A decoder returns a frame only when no earlier one can follow, so all packets with smaller
    times have been read by then; the heap holds no more than the reordering delay.
    """

    def __init__(self, first: int, start_pts: int | None) -> None:
        """Start at the frame with index `first`; packets before `start_pts` do not count."""
        self._next = first
        self._start = start_pts
        self._waiting: list[int] = []

    def add(self, pts: int) -> None:
        """Note a packet that holds a frame."""
        if self._start is None or pts >= self._start:
            heapq.heappush(self._waiting, pts)

    def take(self, pts: int) -> int | None:
        """The index of a decoded frame; None where no packet announced it.

        Times must come in increasing order.
        """
        found = None
        while self._waiting and self._waiting[0] <= pts:
            if heapq.heappop(self._waiting) == pts:
                found = self._next
            self._next += 1
        return found
