"""What became of single frames before captioning, over all videos; a helper."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, get_args

from pipeline.records import ScreenCount, Unwanted

PASSED: Final = "passed"


def frames_by_outcome(counts: Iterable[ScreenCount]) -> dict[str, int]:
    """Frames that passed, then those that did not by reason, in the order of the filters."""
    frames: Counter[str] = Counter()
    for count in counts:
        frames[count.reason or PASSED] += count.frames
    return {
        outcome: frames[outcome]
        for outcome in (PASSED, *get_args(Unwanted))
        if outcome == PASSED or frames[outcome]
    }
