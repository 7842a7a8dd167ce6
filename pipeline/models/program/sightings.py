"""What the program trusts of a group: the sightings it may build statements on.

A detector's single confident mistake (a roof seen as a vase) would become a false question. A
label therefore counts only where the group corroborates it: in two frames, or with a score
that such mistakes rarely reach.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.records import Bbox

CERTAIN: Final = 0.8
"""A score at which one frame is enough (ours)."""

LEAST_AREA: Final = 0.02
"""A smaller box, as a share of the picture, is no subject of a question (ours)."""


@dataclass(frozen=True)
class Sighting:
    """One object in one frame."""

    label: str
    bbox: Bbox
    score: float

    @property
    def area(self) -> float:
        x1, y1, x2, y2 = self.bbox
        return (x2 - x1) * (y2 - y1)

    @property
    def centre(self) -> tuple[float, float]:
        x1, y1, x2, y2 = self.bbox
        return (x1 + x2) / 2, (y1 + y2) / 2

    @property
    def side(self) -> str:
        """`left`, `centre` or `right` third of the picture, by the middle of the box."""
        x = self.centre[0]
        return "left" if x < 1 / 3 else "right" if x > 2 / 3 else "centre"

    @property
    def place(self) -> str:
        """The side in words that follow a verb."""
        return "in the centre" if self.side == "centre" else f"on the {self.side}"


@dataclass(frozen=True)
class Moment:
    """A frame of the group with its trusted sightings, largest first."""

    frame: str
    seconds: float
    scene: int
    sightings: tuple[Sighting, ...]

    def only(self, label: str) -> Sighting | None:
        """The sighting of a label, if there is exactly one."""
        found = [s for s in self.sightings if s.label == label]
        return found[0] if len(found) == 1 else None

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(s.label for s in self.sightings)


def moments(frames: Sequence[Mapping[str, Any]]) -> list[Moment]:
    """The group's frames in time order, with what can be trusted in each."""
    seen = Counter(label for frame in frames for label in {o["label"] for o in frame["objects"]})
    best: dict[str, float] = {}
    for frame in frames:
        for o in frame["objects"]:
            best[o["label"]] = max(best.get(o["label"], 0.0), o["score"])
    trusted = {label for label in seen if seen[label] >= 2 or best[label] >= CERTAIN}
    out = []
    for frame in frames:
        sightings = [
            Sighting(o["label"], tuple(o["bbox"]), o["score"])
            for o in frame["objects"]
            if o["label"] in trusted
        ]
        sightings = [s for s in sightings if s.area >= LEAST_AREA]
        sightings.sort(key=lambda s: (-s.area, s.label, s.bbox))
        out.append(Moment(frame["frame"], frame["pts_seconds"], frame["scene"], tuple(sightings)))
    return sorted(out, key=lambda m: m.seconds)
