"""How a route is told from the camera's motion (ST-Think).

Ego-ST Bench was annotated on routes that people knew; none of these numbers was ever published.
"""

from typing import Annotated

from pydantic import Field, model_validator

from pipeline.recipe.base import Fraction, Positive, Settings
from pipeline.tasks import TASKS_OF, Task

Degrees = Annotated[float, Field(gt=0, le=360)]


class CameraMotionSettings(Settings):
    field_of_view: Annotated[float, Field(ge=20, le=150)] = 70.0
    """Horizontal, in degrees, of the lens (ours: most telephones). Turns are measured wrong by
    about the factor by which this is wrong: a bodycam has 100 and more."""


class RoutesSettings(Settings):
    min_confidence: Fraction = 0.5
    """A move with less is unclear, and no route goes over it (ours)."""
    max_gap_seconds: Positive = 1.5
    """Frames further apart tell nothing of what is between them: unclear (ours)."""
    turn_rate: Positive = 8.0
    """Degrees a second from which the camera turns (ours)."""
    pause_seconds: Positive = 1.0
    """A turn that pauses no longer goes on (ours)."""
    turn_degrees: tuple[Degrees, Degrees] = (20.0, 45.0)
    """Below the first it is no turn, from the second on it is one, between them it is unclear
    (ours)."""
    around_degrees: tuple[Degrees, Degrees] = (120.0, 150.0)
    """Below the first it is a turn to a side, from the second on it is a turn around, between them
    it is unclear (ours)."""
    forward_rate: Positive = 0.02
    """Growth a second from which the camera goes ahead; with less it stands (ours)."""
    min_step_seconds: Positive = 1.0
    """A shorter stretch between turns is no step (ours)."""
    min_steps: Annotated[int, Field(ge=2)] = 3
    """A shorter route is none (ours)."""
    max_steps: Annotated[int, Field(ge=2)] = 8
    """A longer route is cut (ours)."""
    near_area: Fraction = 0.02
    """Share of the picture from which a landmark is near (ours)."""
    min_score: Fraction = 0.5
    """A landmark's box with less is not believed (ours)."""
    tasks: tuple[Task, ...] = TASKS_OF["ego_st"]
    """What is asked of a route; a task and its opposite are asked together (Ego-ST: all eight)."""

    @model_validator(mode="after")
    def _ordered(self) -> "RoutesSettings":
        (none, turn), (side, around) = self.turn_degrees, self.around_degrees
        if not none <= turn <= side <= around:
            raise ValueError("needs turn_degrees[0] <= [1] <= around_degrees[0] <= [1]")
        if self.min_steps > self.max_steps:
            raise ValueError("needs min_steps <= max_steps")
        if others := [task for task in self.tasks if task not in TASKS_OF["ego_st"]]:
            raise ValueError(f"tasks has {', '.join(others)}: they belong to other recipes")
        return self
