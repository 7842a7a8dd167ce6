"""The captioner protocol: windows of frames in, one caption a frame out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.models.failure import ModelFailure
from pipeline.records import DetectedObject


@dataclass(frozen=True, slots=True)
class CaptionFrame:
    """One frame as a captioner sees it."""

    id: str
    pts_seconds: float
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class FrameCaption:
    """What a captioner says of one frame; `objects` is empty where it does not detect."""

    text: str
    objects: tuple[DetectedObject, ...] = ()


class Captioner(Protocol):
    """Describes frames in words."""

    @property
    def label(self) -> str:
        """`<kind>:<model>@<revision>`, as it stands in `Caption.captioner`."""
        ...

    def caption(
        self, windows: Iterable[Sequence[CaptionFrame]]
    ) -> Iterator[Sequence[FrameCaption] | ModelFailure]:
        """Caption windows of consecutive frames, in time order within each.

        Args:
            windows: read lazily; taking one loads its JPEGs. A backend may read ahead to
                prepare or fill its batches.

        Yields:
            For each window, in order: one caption a frame, or why there are none. What it
            yields for a window must not depend on the other windows.
        """
        ...
