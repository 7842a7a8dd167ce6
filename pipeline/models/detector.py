"""The detector protocol: frames and phrases in, scored boxes for every phrase out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.models.failure import ModelFailure
from pipeline.records import Bbox


@dataclass(frozen=True, slots=True)
class DetectionRequest:
    """One frame and what to look for in it."""

    frame: str
    jpeg: bytes
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoredBox:
    """A box, normalised to the displayed frame, and the detector's score in 0..1."""

    bbox: Bbox
    score: float


class Detector(Protocol):
    """Finds what phrases name."""

    @property
    def label(self) -> str:
        """`<kind>:<model>@<revision>`, as it stands in `Candidate.detector`."""
        ...

    def detect(
        self, requests: Iterable[DetectionRequest]
    ) -> Iterator[Sequence[Sequence[ScoredBox]] | ModelFailure]:
        """Find the phrases of each frame.

        Args:
            requests: read lazily; taking one loads its JPEG. A backend may read ahead.

        Yields:
            For each request, in order: for each phrase, its boxes, best score first; or why
            there is no answer. The boxes of a phrase must not depend on the other phrases or
            requests, for which of them come together is the engine's choice.
        """
        ...
