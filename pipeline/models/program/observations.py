"""What a group's frames show for certain, given detections that may be wrong.

Thresholds are ours. An embedded detector calls a roof a vase with score 0.6, so a label needs
a second clear box in the group or a very high score; and it loses a walking person for a frame
at 0.44, so a weaker box counts next to a clear one of its label in the same scene.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from pipeline.records import Bbox, DetectedObject, GroupFrame

CLEAR: Final = 0.5
"""Score from which a box may be believed."""
ALONE: Final = 0.8
"""Score from which a label needs no second box."""
_NEXT_SECONDS: Final = 0.5
"""How far apart two frames may be at most, for one to support the other's weaker boxes."""
_SAME: Final = 0.3
"""IoU from which two boxes of a label may be one object."""
_WIDE: Final = 0.7
"""Share of the picture's width from which an object is on no side of it."""

_FRAMES: Final = TypeAdapter(tuple[GroupFrame, ...])

Side = Literal["left", "centre", "right"]
_SIDES: Final[tuple[tuple[float, float, Side], ...]] = (
    (0.0, 0.38, "left"),
    (0.42, 0.58, "centre"),
    (0.62, 1.0, "right"),
)
"""Where an object's centre must be; between two sides it is on neither."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a group."""

    frame: str
    seconds: float
    scene: int
    certain: tuple[DetectedObject, ...]
    """What may be claimed, best score first."""
    hinted: Counter[str]
    """How many boxes each label has, however weak: what may be there."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that may be claimed, sorted."""
        return tuple(sorted({o.label for o in self.certain}))

    @property
    def complete(self) -> bool:
        """Something is claimed, and no label is only hinted at."""
        return bool(self.certain) and set(self.labels) == set(self.hinted)

    def of(self, label: str) -> tuple[DetectedObject, ...]:
        """The certain objects of a label, best score first."""
        return tuple(o for o in self.certain if o.label == label)


def observe(inputs: Any) -> list[Moment]:
    """What each frame of a group shows, in time order; `inputs` as a request carries them."""
    frames = sorted(_FRAMES.validate_python(inputs), key=lambda f: (f.pts_seconds, f.frame_index))
    clear = [{o.label for o in f.objects if o.score >= CLEAR} for f in frames]
    witnesses = Counter(
        o.label
        for f in frames
        for o in distinct(sorted((o for o in f.objects if o.score >= CLEAR), key=_by_score))
    )
    moments = []
    for i, frame in enumerate(frames):
        beside = {
            label
            for j in (i - 1, i + 1)
            if 0 <= j < len(frames) and _adjacent(frame, frames[j])
            for label in clear[j]
        }
        certain = [
            o
            for o in frame.objects
            if (o.score >= CLEAR or o.label in beside)
            and (o.score >= ALONE or witnesses[o.label] >= 2)
        ]
        moments.append(
            Moment(
                frame=frame.frame,
                seconds=frame.pts_seconds,
                scene=frame.scene,
                certain=tuple(sorted(certain, key=_by_score)),
                hinted=Counter(o.label for o in frame.objects),
            )
        )
    return moments


def singular(moments: Sequence[Moment]) -> list[str]:
    """Labels of which no frame hints at two, so that "the person" means one."""
    labels = {label for m in moments for label in m.labels}
    return sorted(label for label in labels if all(m.hinted[label] <= 1 for m in moments))


def side(bbox: Bbox) -> Side | None:
    """The part of the picture that an object is clearly in, if it is in one."""
    if bbox[2] - bbox[0] > _WIDE:
        return None
    centre = centre_x(bbox)
    return next((name for low, high, name in _SIDES if low <= centre <= high), None)


def centre_x(bbox: Bbox) -> float:
    """The middle between a box's left and right edge."""
    return (bbox[0] + bbox[2]) / 2


def distinct(objects: Sequence[DetectedObject]) -> list[DetectedObject]:
    """The objects without those that may be another box around one already taken."""
    taken: list[DetectedObject] = []
    for o in objects:
        if all(overlap(o.bbox, t.bbox) < _SAME for t in taken):
            taken.append(o)
    return taken


def overlap(a: Bbox, b: Bbox) -> float:
    """Intersection over union."""
    width, height = (max(min(a[i + 2], b[i + 2]) - max(a[i], b[i]), 0) for i in (0, 1))
    both = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return both / (sum(areas) - both)


def _by_score(o: DetectedObject) -> tuple[float, str, Bbox]:
    return -o.score, o.label, o.bbox


def _adjacent(a: GroupFrame, b: GroupFrame) -> bool:
    return a.scene == b.scene and abs(a.pts_seconds - b.pts_seconds) <= _NEXT_SECONDS
