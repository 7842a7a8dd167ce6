"""Boundaries of actions: cuts, captions that say something else, and motion that starts or ends.

Pause-and-Think takes its boundaries from annotated actions (EPIC-KITCHENS). Nobody has annotated
a video of one's own, so these are signs of an action's end, the surest first.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.recipe import PausePointsSettings
from pipeline.stages.pause_rules.views import Captioned, Moving, SceneStart, Surviving


class Sign(NamedTuple):
    """Something new begins at this time."""

    rank: int
    """0 for a cut, 1 for a caption, 2 for motion."""
    seconds: float


def boundaries(
    settings: PausePointsSettings,
    scenes: Sequence[SceneStart],
    captioned: Sequence[Captioned],
    surviving: Sequence[Surviving],
    moving: Sequence[Moving],
) -> list[float]:
    """When actions end and others begin, in time order and `min_gap_seconds` apart."""
    found = [
        *(Sign(0, scene.start_seconds) for scene in scenes if scene.ordinal > 0),
        *(Sign(1, seconds) for seconds in _said_anew(settings, captioned, surviving)),
        *(Sign(2, seconds) for seconds in _motion_turned(settings, moving)),
    ]
    kept: list[float] = []
    for sign in sorted(found):
        if all(abs(sign.seconds - other) >= settings.min_gap_seconds for other in kept):
            kept.append(sign.seconds)
    return sorted(kept)


def _said_anew(
    settings: PausePointsSettings, captioned: Sequence[Captioned], surviving: Sequence[Surviving]
) -> Iterator[float]:
    times = {frame.id: frame.pts_seconds for frame in captioned}
    for row in surviving:
        far = row.similarity is not None and row.similarity < settings.max_similarity
        if row.survives and far and row.id in times:
            yield times[row.id]


def _motion_turned(settings: PausePointsSettings, moving: Sequence[Moving]) -> Iterator[float]:
    ordered = sorted(moving, key=lambda frame: frame.pts_seconds)
    for before, after in pairwise(ordered):
        if (before.motion >= settings.motion) != (after.motion >= settings.motion):
            yield after.pts_seconds
