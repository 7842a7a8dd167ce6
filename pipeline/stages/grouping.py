"""The groups that a recipe's questions are written from; a helper, not a stage."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol, TypeVar

from blake3 import blake3

from pipeline.engine.stage import Table
from pipeline.recipe import GROUPING, Identity
from pipeline.records import Group, GroupFrame, Record

V = TypeVar("V", bound=Record)


class SceneStart(Protocol):
    """Where a scene starts."""

    @property
    def ordinal(self) -> int: ...
    @property
    def start_frame(self) -> int: ...


def groups(identity: Identity, view: type[V]) -> Table[V]:
    """The groups of the stage that writes them in this recipe, read as this view."""
    return Table(GROUPING[identity.recipe], Group, view)


def group_id(frames: Sequence[GroupFrame]) -> str:
    """BLAKE3 of the frames' ids, 128 bits in hex: the same frames are the same group."""
    return blake3("\n".join(f.frame for f in frames).encode()).hexdigest(length=16)


def scene_of(scenes: Sequence[SceneStart], frame_index: int) -> int:
    """The ordinal of the scene that a frame is in; 0 where there are no scenes.

    Args:
        scenes: in the order of their starts.
    """
    at = bisect_right(scenes, frame_index, key=lambda s: s.start_frame) - 1
    return scenes[max(at, 0)].ordinal if scenes else 0
