"""What a dataset's routes are like: how long, with which turns, how sure."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from pipeline.publish.distribution import Distribution
from pipeline.publish.published import SampleRow
from pipeline.records import RoutePath, Way

WAYS: Final[tuple[Way, ...]] = ("straight", "left", "right", "around", "stop")
_TURNS: Final = ("left", "right", "around")


@dataclass
class RouteTally:
    """Counts every route once, however many questions ask about it."""

    steps: Counter[Way] = field(default_factory=Counter)
    turns: Distribution = field(default_factory=Distribution)
    """Turns of a route."""
    landmarks: int = 0
    actions: int = 0
    least_confidence: float = 1.0
    questions: int = 0
    _known: set[tuple[str, float]] = field(default_factory=set)

    def add(self, row: SampleRow) -> None:
        """Count a published sample's route, where it has one."""
        if row.route is None:
            return
        self.questions += 1
        key = row.video, row.route.steps[0].start_seconds
        if key not in self._known:
            self._known.add(key)
            self._count(row.route)

    @property
    def count(self) -> int:
        """Different routes."""
        return len(self._known)

    def _count(self, path: RoutePath) -> None:
        self.steps.update(step.way for step in path.steps)
        self.turns.add(sum(step.way in _TURNS for step in path.steps))
        self.landmarks += len(path.landmarks)
        self.actions += len(path.actions)
        lowest = min(step.confidence for step in path.steps)
        self.least_confidence = min(self.least_confidence, lowest)
