"""Stretches of time: inside the video, with a start before the end."""

import math
from collections.abc import Iterator
from typing import Final

from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row, Span
from pipeline.validation.rule import Flaw, Rule, Watch

_ROUNDING: Final = 1e-6


class _Intervals(Watch):
    """Also counts in how many rows the video's end is not known."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._unknown = 0

    def see(self, row: Row) -> None:
        if row.spans:
            end = self.context.lengths.of(row)
            self._unknown += end is None
            self.judge(row, _flaws(row, end, self.limits.time_slack))

    def notes(self) -> tuple[str, ...]:
        if not self._unknown:
            return ()
        return (
            f"ends were not compared with the video's in {self._unknown} of {self.checked} rows: "
            "nothing says how long it is (a column `video_seconds`, or a list `videos.csv` beside "
            "the dataset, would)",
        )


def _flaws(row: Row, end: float | None, slack: float) -> Iterator[Flaw]:
    given = [f.seconds for f in row.frames or () if f.seconds is not None]
    start = row.video_start
    # A container's clock may start below zero.
    first = min([0.0, *given]) if start is None else start - slack
    for span in row.spans or ():
        told = f"{span.what} lasts from {span.start:g} to {span.end:g} s"
        if not math.isfinite(span.start) or not math.isfinite(span.end):
            yield Flaw("no_number", told)
            continue
        if span.start > span.end:
            yield Flaw("reversed", told)
        elif span.start == span.end:
            yield Flaw("zero_length", told)
        if span.start < first:
            yield Flaw("before_start", told)
        if end is not None and max(span.start, span.end) > end + slack:
            yield Flaw("past_end", f"{told}, the video ends at {end:g} s")
        if missed := _missed(span):
            yield Flaw("misses_frame", f"{told}, and its frame is at {missed[0]:g} s")


def _missed(span: Span) -> list[float]:
    first, last = sorted((span.start, span.end))
    return [time for time in span.times if not first - _ROUNDING <= time < last + _ROUNDING]


INTERVALS = Rule(
    name="intervals",
    checks="intervals have a start before their end, lie inside the video, and hold their frames",
    needs="an interval",
    kinds={
        "no_number": Kind("error", "has an interval that is no number"),
        "reversed": Kind("error", "has an interval that ends before it starts"),
        "zero_length": Kind("error", "has an interval without length"),
        "before_start": Kind("error", "has an interval that starts before the video"),
        "past_end": Kind("error", "has an interval that ends after the video"),
        "misses_frame": Kind("error", "has an interval that leaves out a frame of its own"),
    },
    watch=_Intervals,
)
