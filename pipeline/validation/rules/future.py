"""What a row could not know yet: later than the question is asked, or than its last frame."""

import math
from collections.abc import Iterator

from pipeline.stages.selection_rules.future import LATER, MOMENT
from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Flaw, Rule, each


def _check(row: Row, context: Context) -> Iterator[Flaw] | None:
    point, last = row.question_point, _last(row)
    if point is None and last is None:
        return None
    return _flaws(row, point, last, context.limits.time_slack)


def _last(row: Row) -> float | None:
    """The time of the last frame that the row gives, where it gives any with a time."""
    times = [f.seconds for f in row.frames or () if f.seconds is not None]
    return max(times) if times and all(map(math.isfinite, times)) else None


def _flaws(row: Row, point: float | None, last: float | None, slack: float) -> Iterator[Flaw]:
    told = [said for said in row.said if said.name != "question"]
    if point is not None:
        for span in row.spans or ():
            if span.end > point + slack:
                yield Flaw("evidence", f"{span.what} ends at {span.end:g} s, asked at {point:g} s")
        for frame in row.frames or ():
            if frame.seconds is not None and frame.seconds > point + slack:
                yield Flaw(
                    "evidence", f"{frame.name} is at {frame.seconds:g} s, asked at {point:g} s"
                )
        for name, text in told:
            if match := LATER.search(text):
                yield Flaw("words", f"the {name} says {match.group()!r}")
    end = last if point is None else point
    assert end is not None
    for name, text in told:
        for match in MOMENT.finditer(text):
            seconds = float(match[1] or match[2])
            if seconds > end + slack:
                what = "its last frame is" if point is None else "it is asked"
                yield Flaw("time", f"the {name} speaks of {seconds:g} s, {what} at {end:g} s")


FUTURE = Rule(
    name="future",
    checks="answer and reasoning use nothing from after the question is asked, or the last frame",
    needs="a moment at which it is asked, or frames with times",
    kinds={
        "evidence": Kind("error", "rests on something after the moment at which it is asked"),
        "time": Kind("warning", "speaks of a time after its last frame or its question"),
        "words": Kind("warning", "speaks of what happens after the moment at which it is asked"),
    },
    watch=each(_check),
)
