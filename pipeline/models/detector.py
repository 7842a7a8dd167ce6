"""The detector protocol: frames and phrases in, scored boxes for every phrase out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.models.failure import ModelFailure
from pipeline.outcome import NOTHING, Usage
from pipeline.records import Bbox


@dataclass(frozen=True, slots=True)
class DetectionRequest:
    """One frame and what to look for in it."""

    frame: str
    jpeg: bytes = field(repr=False)
    phrases: tuple[str, ...]
    tried: tuple[int, ...] = ()
    """For each phrase, attempts before this one: a model that is asked again should not repeat
    itself. Empty: none."""


@dataclass(frozen=True, slots=True)
class ScoredBox:
    """A box, normalised to the displayed frame, and the detector's score in 0..1."""

    bbox: Bbox
    score: float


@dataclass(frozen=True, slots=True)
class Detected:
    """For each phrase of a request, in its order, its boxes, best score first, or why it has no
    answer."""

    boxes: tuple[tuple[ScoredBox, ...] | ModelFailure, ...]
    usage: Usage = NOTHING


class Detector(Protocol):
    """Finds what phrases name. One object may be asked by several threads at once."""

    @property
    def label(self) -> str:
        """`<kind>:<model>@<revision>`, as it stands in `Candidate.detector`."""
        ...

    def detect(self, requests: Iterable[DetectionRequest]) -> Iterator[Detected | ModelFailure]:
        """Find the phrases of each frame.

        Args:
            requests: read lazily; taking one loads its JPEG. A backend may read ahead.

        Yields:
            For each request, in order: what it found of each phrase, or why it can look for none
            of them. The boxes of a phrase must not depend on the other phrases or requests, for
            which of them come together is the engine's choice.

        Raises:
            DeviceLostError: the worker's device is of no use any more.
        """
        ...
