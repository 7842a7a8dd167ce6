"""Stretches of time as others state them, checked against the length of the video.

Many end after it: of Charades-STA's training sentences 14 %, most by a fraction of a second. What
is inside the video is kept, what was stated stands beside it, and each change is a problem told.
"""

import math
from typing import Any, Final

from pipeline.imports.rows import ImportedSpan
from pipeline.imports.telling import Tell

_SLACK: Final = 1.0
"""Seconds after the end up to which a span may be a matter of rounding."""


def span_of(stated: Any, video_seconds: float | None, tell: Tell) -> ImportedSpan | None:
    """A stated `[start, end]` as a stretch inside the video, or None where it is none.

    Args:
        video_seconds: None where nobody says how long the video is; ends are not checked then.
    """
    pair = _pair(stated)
    if pair is None:
        tell("span_unreadable", f"{stated!r} is no start and end in seconds; it is left out")
        return None
    start, end = pair
    told = f"[{start:g}, {end:g}]"
    if start > end:
        tell("span_reversed", f"{told} ends before it starts; it is left out")
        return None
    if start == end:
        tell("span_empty", f"{told} has no length; it is left out")
        return None
    inside_start, inside_end = max(start, 0.0), end
    if start < 0:
        tell("span_starts_before_video", f"{told} is cut to the start of the video")
    if video_seconds is not None and end > video_seconds:
        inside_end = video_seconds
        over = end - video_seconds
        code = "span_ends_just_after_video" if over <= _SLACK else "span_ends_after_video"
        tell(code, f"{told} ends {over:.2f} s after the video, which has {video_seconds:g} s")
    if inside_start >= inside_end:
        tell("span_outside_video", f"{told} is outside of the video; it is left out")
        return None
    return ImportedSpan(
        start_seconds=inside_start, end_seconds=inside_end, stated_start=start, stated_end=end
    )


def _pair(stated: Any) -> tuple[float, float] | None:
    if not isinstance(stated, (list, tuple)) or len(stated) != 2:
        return None
    try:
        start, end = (float(value) for value in stated)
    except (TypeError, ValueError):
        return None
    return (start, end) if math.isfinite(start) and math.isfinite(end) else None
