"""Segments: the stretches of a video that are decoded as one unit each."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Segment:
    """`[start_pts, end_pts)` in ticks; null is the start or the end of the file.

    Both borders are keyframes. In an open GOP a few frames follow a keyframe in the file and
    precede it on the screen; by their times they belong to the segment before it.
    """

    ordinal: int
    first_index: int
    start_pts: int | None
    end_pts: int | None


def split_at_keyframes(
    keyframes: Sequence[tuple[int, int]], time_base: Fraction, segment_minutes: float
) -> tuple[Segment, ...]:
    """Cut a video at the first keyframe after each `segment_minutes`.

    Args:
        keyframes: `(pts, frame_index)` in order; empty where the container's times do not
            identify frames, which makes the whole video one segment.
        time_base: seconds per tick.
        segment_minutes: least length of every segment but the last.
    """
    least = Fraction(segment_minutes) * 60 / time_base
    cuts: list[tuple[int, int]] = []
    start = keyframes[0][0] if keyframes else 0
    for pts, index in keyframes:
        if pts - start >= least:
            cuts.append((pts, index))
            start = pts
    starts: list[tuple[int | None, int]] = [(None, 0), *cuts]
    ends = [*(pts for pts, _ in cuts), None]
    return tuple(
        Segment(ordinal, index, pts, end)
        for ordinal, ((pts, index), end) in enumerate(zip(starts, ends, strict=True))
    )


def segment_id(video: str, ordinal: int) -> str:
    """The unit id of a segment: `<video>/s<ordinal>`."""
    return f"{video}/s{ordinal:04d}"


def parse_ordinal(unit_id: str) -> int:
    """The ordinal in a segment's id."""
    return int(unit_id.rpartition("/s")[2])
