"""Where a video stands still while a question is asked, and what shows only afterwards."""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.engine.stage import Unit
from pipeline.models.program.distractors.mentions import labels_in
from pipeline.records import (
    DetectedObject,
    Pause,
    PausePolicy,
    Record,
    Scope,
    record,
)

_ITEM: Final = re.compile(r"<obj>(.*?)</obj>")
_NUMBER: Final = re.compile(r"_\d+$")


@record
class Point(Record):
    """A question point."""

    id: str
    policy: PausePolicy
    clip_start_seconds: float
    clip_end_seconds: float
    shown_start_seconds: float
    question_seconds: float


@record
class Scoped(Record):
    """What a question is about."""

    id: str
    scope: Scope


@record
class Known(Record):
    """What is known of a captioned frame, shown or not."""

    id: str
    pts_seconds: float
    text: str
    objects: tuple[DetectedObject, ...]


@dataclass(frozen=True)
class Stop:
    """Where the video stands still, and what shows only afterwards."""

    point: Point
    later: frozenset[str]
    """Objects that are first named or detected after the point."""

    def published(self, scope: Scope) -> Pause:
        """As a sample has it."""
        return Pause(
            question_seconds=self.point.question_seconds,
            shown_start_seconds=self.point.shown_start_seconds,
            clip_start_seconds=self.point.clip_start_seconds,
            clip_end_seconds=self.point.clip_end_seconds,
            policy=self.point.policy,
            scope=scope,
        )

    def within(self, start: float, end: float) -> tuple[float, float]:
        """A stretch as far as it is shown: what a caption says may hold on after the point."""
        point = self.point
        return max(start, point.shown_start_seconds), min(end, point.question_seconds)


def in_words(evidence: str) -> str:
    """The reasoning without tags: `cup` for `<obj>cup_1</obj>`."""
    return _ITEM.sub(lambda m: _NUMBER.sub("", m[1]).replace("_", " "), evidence)


def stops(unit: Unit) -> dict[str, Stop]:
    """The question points of a video by the ids of their groups."""
    frames = sorted(unit.all(Known), key=lambda frame: frame.pts_seconds)
    seen = [(f.pts_seconds, labels_in(f.text).union(o.label for o in f.objects)) for f in frames]
    found = {}
    for point in unit.all(Point):
        before = frozenset[str]().union(*(o for t, o in seen if t < point.question_seconds))
        after = frozenset[str]().union(*(o for t, o in seen if t >= point.question_seconds))
        found[point.id] = Stop(point, after - before)
    return found
