"""The exact average frame rate of a video, and whether its rate varies."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from av.video.stream import VideoStream


def header_rates(stream: VideoStream) -> list[Fraction]:
    """The rates that the header or the demuxer names, best first."""
    rates = (stream.average_rate, stream.guessed_rate, stream.base_rate)
    return [rate for rate in rates if rate]


def average_rate(
    times: Sequence[int], time_base: Fraction, named: Sequence[Fraction]
) -> tuple[Fraction, bool]:
    """Frames a second, and whether the rate is variable.

    A rate that the header names is the exact one (30000/1001, say) if every frame lies within
    one tick of its grid: containers with coarse clocks cannot express it in times. Otherwise
    frames over time is all there is.

    Args:
        times: sorted distinct times of the frames, in ticks.
        time_base: seconds per tick.
        named: what the header says, best first.
    """
    if len(times) < 2:
        return (named[0] if named else Fraction(1)), False
    measured = (len(times) - 1) / ((times[-1] - times[0]) * time_base)
    ticks = np.asarray(times, np.int64) - times[0]
    for rate in [*named, measured]:
        grid = np.arange(len(times)) * float(1 / (rate * time_base))
        if np.abs(ticks - grid).max() <= 1:
            return rate, False
    return measured, True
