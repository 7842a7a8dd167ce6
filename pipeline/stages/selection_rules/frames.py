"""Whether a question rests on several frames, and on frames of its own group."""

from collections.abc import Collection, Sequence
from typing import Final

from pipeline.stages.selection_rules.finding import Finding

LEAST: Final = 2
"""Frames that a question must need."""


def single_frame(cited: Sequence[str], core_frames: Sequence[str]) -> Finding | None:
    """Fewer than two different frames behind the answer, or behind the evidence."""
    for name, frames in (("answer", cited), ("evidence", core_frames)):
        count = len(set(frames))
        if count < LEAST:
            return Finding(
                "single_frame",
                f"the {name} rests on {count} frame{'s' * (count != 1)}, and a question needs "
                f"{LEAST}",
            )
    return None


def frames_outside_group(frames: Sequence[str], group: Collection[str]) -> Finding | None:
    """A frame that the question's group does not have."""
    strange = sorted(set(frames) - set(group))
    if strange:
        return Finding(
            "frames_outside_group",
            f"{', '.join(strange)} {'is' if len(strange) == 1 else 'are'} not among the frames "
            "that the question was written from",
        )
    return None
