"""The frames that a row gives, and whether what it cites is among them."""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import FrameRef, Row
from pipeline.validation.rule import Flaw, Rule, each

_NUMBERED: Final = re.compile(r"\b(?:frame|image|picture)[ _#]?(\d{1,6})\b", re.IGNORECASE)


def _check_frames(row: Row, context: Context) -> Iterator[Flaw] | None:
    if row.frames is None:
        return None
    return _frame_flaws(row.frames, context.lengths.of(row), context.limits.time_slack)


def _frame_flaws(frames: Sequence[FrameRef], end: float | None, slack: float) -> Iterator[Flaw]:
    if not frames:
        yield Flaw("none", "the list of frames is empty")
    names = [frame.name for frame in frames]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        yield Flaw("repeated", f"{twice} is there {names.count(twice)} times")
    for left, right in pairwise(frames):
        if _before(right.frame_index, left.frame_index) or _before(right.seconds, left.seconds):
            yield Flaw("order", f"{right.name} stands after {left.name}")
    for frame in frames:
        seconds = frame.seconds
        if seconds is None:
            continue
        if not math.isfinite(seconds):
            yield Flaw("time", f"{frame.name} is at {seconds} s")
        elif end is not None and seconds > end + slack:
            yield Flaw("past_end", f"{frame.name} is at {seconds:g} s, the video ends at {end:g} s")


def _before(later: float | None, earlier: float | None) -> bool:
    return later is not None and earlier is not None and later < earlier


FRAMES = Rule(
    name="frames",
    checks="the frames of a row are all different, in time order, and inside the video",
    needs="frames of its own",
    kinds={
        "none": Kind("error", "has an empty list of frames"),
        "repeated": Kind("error", "has a frame twice"),
        "order": Kind("error", "has frames that are not in time order"),
        "time": Kind("error", "has a frame whose time is no number"),
        "past_end": Kind("error", "has a frame after the end of its video"),
    },
    watch=each(_check_frames),
)


def _check_citations(row: Row, context: Context) -> Iterator[Flaw] | None:
    if row.frames is None:
        return None
    return _citation_flaws(row, row.frames)


def _citation_flaws(row: Row, frames: Sequence[FrameRef]) -> Iterator[Flaw]:
    names = {frame.name for frame in frames}
    for cited in row.cited or ():
        if cited.frame not in names:
            yield Flaw("unknown_frame", f"{cited.by} is on {cited.frame}, which is not given")
    times = [frame.seconds for frame in frames if frame.seconds is not None]
    if times:
        for span in row.spans or ():
            for time in span.times:
                if not any(math.isclose(time, known, abs_tol=1e-6) for known in times):
                    yield Flaw("unknown_time", f"{span.what} cites {time:g} s, where no frame is")
    known = {frame.frame_index for frame in frames}
    for number in _NUMBERED.findall(row.reasoning or ""):
        if int(number) > len(frames) and int(number) not in known:
            yield Flaw("number", f"the reasoning speaks of frame {number} of {len(frames)}")


CITATIONS = Rule(
    name="citations",
    checks="key items, claims and reasoning cite only frames that the row gives",
    needs="frames of its own",
    kinds={
        "unknown_frame": Kind("error", "cites a frame that it does not give"),
        "unknown_time": Kind("error", "cites a time at which it gives no frame"),
        "number": Kind("warning", "speaks of a frame by a number that none of its frames has"),
    },
    watch=each(_check_citations),
)
