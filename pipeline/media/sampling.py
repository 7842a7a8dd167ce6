"""Which frames of a video are kept: decided frame by frame, in one pass, without looking ahead.

VideoEspresso samples 1 frame a second where little happens and 2 to 4 where much does. Here a
rate follows the local motion, and a frame is kept whenever the rate, added up over time,
completes another whole frame: the average is the rate asked for, whatever the video's own rate.
"""

from collections import deque
from collections.abc import Iterable
from fractions import Fraction
from math import floor
from typing import Generic, TypeVar

from pipeline.recipe import FramesSettings

T = TypeVar("T")

WINDOW_SECONDS = 1.0
"""Local motion is the change of luma in the last second before a frame."""

ROUNDING = 1e-6
"""25 steps of 1/25 s make one frame, although their floats add up to a little less."""


class LocalMotion:
    """Mean absolute luma change a second over the last second, in 0..255 levels."""

    def __init__(self) -> None:
        self._changes: deque[tuple[float, float]] = deque()
        self._sum = 0.0
        self._first: float | None = None

    def update(self, seconds: float, luma_change: float) -> float:
        """The motion around a frame, given its change from the frame before."""
        if self._first is None:
            self._first = seconds
            return 0.0
        self._changes.append((seconds, luma_change))
        self._sum += luma_change
        while self._changes[0][0] <= seconds - WINDOW_SECONDS + ROUNDING:
            self._sum -= self._changes.popleft()[1]
        return max(0.0, self._sum) / min(WINDOW_SECONDS, seconds - self._first)


def sampling_rate(motion: float, settings: FramesSettings) -> float:
    """Frames a second for a stretch with this motion.

    `static_fps` below `dynamic_motion`; from there linear between the two `dynamic_fps`, the
    upper one reached at `fastest_motion`.
    """
    if settings.sampling == "fixed":
        return settings.fps
    if motion < settings.dynamic_motion:
        return settings.static_fps
    low, high = settings.dynamic_fps
    reach = settings.fastest_motion - settings.dynamic_motion
    return low + (high - low) * min(1.0, (motion - settings.dynamic_motion) / reach)


class Sampler:
    """Decides for the frames of a segment, in order; the first one is kept."""

    def __init__(self, settings: FramesSettings) -> None:
        self._settings = settings
        self._due = 1.0
        self._last: float | None = None

    def keep(self, seconds: float, motion: float, keyframe: bool) -> bool:
        """Whether the next frame is kept."""
        if self._settings.sampling == "keyframes":
            return keyframe
        if self._last is not None:
            self._due += (seconds - self._last) * sampling_rate(motion, self._settings)
        self._last = seconds
        if self._due < 1 - ROUNDING:
            return False
        self._due = max(0.0, self._due - floor(self._due + ROUNDING))
        return True


class EvenlySpread(Generic[T]):
    """Keeps at most `limit` of a stream of items, evenly spread, holding at most twice as many.

    When it is full, every second item goes, and from then on every second one of those that
    come is not even asked for, so that its JPEG is never made.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._items: list[T] = []
        self._stride = 1
        self._seen = 0

    def wants_next(self) -> bool:
        """Whether the next item should be given to `add`; to be asked once for each item."""
        self._seen += 1
        return self._limit != 0 and (self._seen - 1) % self._stride == 0

    def add(self, item: T) -> None:
        """Take an item that was wanted."""
        self._items.append(item)
        if self._limit is not None and len(self._items) >= 2 * self._limit:
            self._items = self._items[::2]
            self._stride *= 2

    def result(self) -> Iterable[T]:
        """The items that stay, in order."""
        count = len(self._items)
        if self._limit is None or count <= self._limit:
            return self._items
        return [self._items[place * count // self._limit] for place in range(self._limit)]


def share_of(limit: int | None, start: Fraction, end: Fraction) -> int | None:
    """A segment's part of a video's limit; the parts of all segments add up to it.

    Args:
        limit: of the whole video.
        start: where the segment starts, as a share of the video's duration.
        end: where it ends.
    """
    return None if limit is None else floor(limit * end) - floor(limit * start)
