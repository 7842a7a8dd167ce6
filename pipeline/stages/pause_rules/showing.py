"""What is shown before a question point: the window, its paused moment, and a writer's frames."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipeline.recipe import PausePointsSettings
from pipeline.stages.pause_rules.policies import Wanted
from pipeline.stages.pause_rules.views import Captioned, Clock

T = TypeVar("T")


@dataclass(frozen=True)
class Shown:
    """`[start, question)`, and the frames that stand for it; the last is the paused moment."""

    start: float
    question: float
    frames: tuple[Captioned, ...]


def shown(
    settings: PausePointsSettings,
    at: Wanted,
    captioned: Sequence[Captioned],
    survivors: Collection[str],
    times: Sequence[float],
    clock: Clock,
) -> Shown | None:
    """The window of a point, or None where too little comes before it.

    The point moves back to the end of the display of the last captioned frame before it: what a
    viewer sees last is then what a writer saw last, whatever is between two sampled frames.

    Args:
        captioned: in time order.
        survivors: frames that say something new; of the others only the paused one is given.
        times: of all frames of the video, sampled or not, in order.
    """
    start = max(at.clip_start, at.seconds - settings.max_shown_seconds)
    first, last = (
        bisect_left(captioned, seconds, key=lambda frame: frame.pts_seconds)
        for seconds in (start, at.seconds)
    )
    if first == last:
        return None
    paused = captioned[last - 1]
    question = _gone(paused.pts_seconds, times, clock)
    given = [frame for frame in captioned[first : last - 1] if frame.id in survivors]
    frames = spread([*given, paused], settings.max_frames)
    if len(frames) < 2 or question - start < settings.min_shown_seconds:
        return None
    return Shown(start, question, tuple(frames))


def _gone(seconds: float, times: Sequence[float], clock: Clock) -> float:
    """When a frame is no longer displayed: the next one is, or the video has ended."""
    following = bisect_right(times, seconds)
    if following < len(times):
        return times[following]
    # A container may say that it ends before its last frame is shown.
    over = clock.end_seconds
    return over if over > seconds else seconds + clock.fps_den / clock.fps_num


def spread(items: Sequence[T], most: int) -> list[T]:
    """At most so many of them, evenly, the last one always among them."""
    if len(items) <= most:
        return list(items)
    if most == 1:
        return [items[-1]]
    last = len(items) - 1
    return [items[round(place * last / (most - 1))] for place in range(most)]
