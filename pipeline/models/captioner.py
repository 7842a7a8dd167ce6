"""The captioner protocol: windows of frames in, one caption a frame out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.models.failure import ModelFailure
from pipeline.outcome import NOTHING, Usage
from pipeline.records import DetectedObject


@dataclass(frozen=True, slots=True)
class CaptionFrame:
    """One frame as a captioner sees it."""

    id: str
    pts_seconds: float
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CaptionWindow:
    """Consecutive frames of one video, in time order."""

    id: str
    """The unit's: calls are found again by it."""
    frames: tuple[CaptionFrame, ...]
    tried: int = 0
    """Attempts before this one: a model that is asked again should not repeat itself."""


@dataclass(frozen=True, slots=True)
class FrameCaption:
    """What a captioner says of one frame; `objects` is empty where it does not detect."""

    text: str
    objects: tuple[DetectedObject, ...] = ()


@dataclass(frozen=True, slots=True)
class Captioned:
    """The captions of a window, one a frame in its order, and what they took."""

    captions: tuple[FrameCaption, ...]
    usage: Usage = NOTHING


class Captioner(Protocol):
    """Describes frames in words. One object may be asked by several threads at once."""

    @property
    def label(self) -> str:
        """`<kind>:<model>@<revision>`, as it stands in `Caption.captioner`."""
        ...

    def caption(self, windows: Iterable[CaptionWindow]) -> Iterator[Captioned | ModelFailure]:
        """Caption windows of consecutive frames.

        Args:
            windows: read lazily; taking one loads its JPEGs. A backend may read ahead to
                prepare or fill its batches, by a bounded number of windows.

        Yields:
            For each window, in order: one caption a frame, or why there are none. What it
            yields for a window does not depend on the other windows, as far as the hardware
            gives the same bits for a batch of another size.

        Raises:
            DeviceLostError: the worker's device is of no use any more.
        """
        ...
