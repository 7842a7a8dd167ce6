"""Pause-and-Think: where videos are stopped to ask, and what is shown up to there."""

from typing import Annotated

from pydantic import Field, model_validator

from pipeline.recipe.base import Count, Fraction, Positive, Settings
from pipeline.records import PausePolicy


class PausePointsSettings(Settings):
    """Question points; of use to the recipe `pause_and_think` only."""

    policy: PausePolicy = "boundary"
    """`boundary`: where an action ends; `tile`: at the end of every tile; `share`: where a share of
    the video has passed (Pause-and-Think has all three, one for each of its sources)."""
    tile_seconds: Positive = 10.0
    """Length of a tile (Pause-and-Think, of Ego4D: 10)."""
    shares: tuple[Annotated[float, Field(gt=0, le=1)], ...] = (0.4, 0.6, 0.8)
    """Shares of the video (Pause-and-Think, of Assembly: 0.4, 0.6 and 0.8 of a phase)."""
    max_similarity: Fraction = 0.7
    """A frame whose caption is less close than this to the last survivor's begins an action (ours;
    Pause-and-Think has annotated actions)."""
    motion: Positive = 40.0
    """Mean absolute luma change a second at which what moves and what stands still part; passing it
    either way is a boundary (ours, as `frames.dynamic_motion`)."""
    min_gap_seconds: Positive = 4.0
    """Between two boundaries; cuts go before captions, captions before motion (ours)."""
    min_shown_seconds: Positive = 3.0
    """A point before which less can be shown is left out (ours)."""
    max_shown_seconds: Positive = 60.0
    """What is shown is at most so long (ours)."""
    max_points: Count = 32
    """Of one video, spread evenly over those that were found (ours)."""
    max_frames: Annotated[int, Field(ge=2)] = 15
    """Frames that a writer is shown, spread evenly; the paused moment is always the last of them
    (VideoEspresso: groups of 15)."""

    @model_validator(mode="after")
    def _shown(self) -> "PausePointsSettings":
        if self.min_shown_seconds > self.max_shown_seconds:
            raise ValueError("needs min_shown_seconds <= max_shown_seconds")
        return self
