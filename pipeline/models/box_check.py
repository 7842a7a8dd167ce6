"""The box check protocol: is what a box cuts out what its phrase says?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.models.failure import ModelFailure
from pipeline.records import Bbox


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """One frame, and the boxes that were found in it for each phrase."""

    frame: str
    jpeg: bytes = field(repr=False)
    phrases: tuple[str, ...]
    boxes: tuple[tuple[Bbox, ...], ...]
    """For each phrase its boxes, normalised to the displayed frame."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """Cosines of one phrase with parts of a frame."""

    crop: float
    """With what the box cuts out."""
    frame: float
    """With the whole frame: what the scene alone suggests."""
    random: float
    """With a crop of the box's size elsewhere, drawn from a hash of frame and box."""


@dataclass(frozen=True, slots=True)
class Checked:
    """For each phrase of a request, in its order, the similarity of each of its boxes."""

    similarities: tuple[tuple[Similarity, ...], ...]


class BoxCheck(Protocol):
    """Compares crops with phrases. One object may be asked by several threads at once."""

    @property
    def label(self) -> str:
        """`<model>@<revision>`."""
        ...

    def check(self, requests: Iterable[CheckRequest]) -> Iterator[Checked | ModelFailure]:
        """Compare every box of each frame with its phrase.

        Args:
            requests: read lazily; taking one loads its JPEG.

        Yields:
            For each request, in order: its similarities, or why there are none. Those of a box
            depend on nothing but its frame, its phrase and itself.

        Raises:
            DeviceLostError: the worker's device is of no use any more.
        """
        ...
