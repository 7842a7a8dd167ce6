"""Where a video is stopped to ask: what is shown up to there, and what was asked about.

All times are seconds of the whole ("parent") video on its container's clock. A question point is
the moment at which the video stops: the shown window is `[shown_start_seconds, question_seconds)`,
so a frame at the point itself is not shown any more, and the last frame before it is the paused
moment.
"""

from typing import Literal

from pipeline.records.base import Record, record

PausePolicy = Literal["boundary", "tile", "share"]
"""How a question point was chosen: between two actions, at the end of a tile of fixed length, or
where a share of the video has passed."""

Scope = Literal["scene", "goal"]
"""What a question is about: what is to be seen, or what somebody is up to."""


@record
class PausePoint(Record):
    """A question point, and the group of frames that may be known there."""

    id: str
    """The group's id."""
    video: str
    ordinal: int
    policy: PausePolicy
    clip_start_seconds: float
    clip_end_seconds: float
    """The stretch that the point lies in, `[start, end)`: what comes after the point too."""
    shown_start_seconds: float
    question_seconds: float
    """The shown window, `[shown_start_seconds, question_seconds)`."""


@record
class QuestionScope(Record):
    """What a question of Pause-and-Think is about."""

    id: str
    """The question's id."""
    video: str
    scope: Scope


@record
class Pause(Record):
    """Where the video stands still while a question is asked, as it is published."""

    question_seconds: float
    """When the video stops: the first moment that is not shown."""
    shown_start_seconds: float
    """What is shown is `[shown_start_seconds, question_seconds)`."""
    clip_start_seconds: float
    clip_end_seconds: float
    """The stretch of the video that the point lies in, with what comes after it."""
    policy: PausePolicy
    """How the point was chosen: `boundary` between two actions, `tile` at the end of a stretch of
    fixed length, `share` where a share of the video has passed."""
    scope: Scope
    """What is asked about: the `scene` that is to be seen, or the `goal` that somebody has."""
