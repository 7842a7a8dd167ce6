"""Frames and phrases in, candidates out: which rows a request makes, and what they say of it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from pipeline.models.checkpoint import extra, find_checkpoint
from pipeline.models.detector import Detected, DetectionRequest, ScoredBox
from pipeline.models.failure import ModelFailure
from pipeline.models.phrases import names_something
from pipeline.models.picture import decode
from pipeline.recipe import DetectorRuntime, TransformersDetectorSettings

if TYPE_CHECKING:
    from pipeline.models.transformers_detector.passes import Row

Boxes: TypeAlias = tuple[ScoredBox, ...]


class TransformersDetector:
    """See `pipeline.models.detector.Detector`.

    The boxes of a phrase do not depend on what comes with it: no row of the model sees another
    (see `Family`), and only pictures of one size are stacked, so none is padded. What is left is
    the rounding of sums, below 1e-6 of a score with 32 bits, where four decimals are kept.

    A phrase that is longer than the text encoder takes is cut there (Grounding DINO 256 tokens,
    OWLv2 16, OmDet-Turbo 77); one without a letter or digit finds nothing.
    """

    def __init__(self, settings: TransformersDetectorSettings, runtime: DetectorRuntime) -> None:
        """Loads the model.

        Raises:
            RecipeError: the model is not there, or is none that finds what a phrase names.
            MissingDependencyError: a package or the model's files are missing.
            ResourceError: the model does not fit the device.
        """
        with extra("detector.kind transformers"):
            import torchvision  # noqa: F401  # needs torch; named here where one is missing
            import transformers  # noqa: F401
        from pipeline.models.transformers_detector.passes import Passes

        checkpoint = find_checkpoint("detector", settings.model, settings.revision)
        self.label = f"transformers:{checkpoint.label}:{settings.dtype}"
        self._passes = Passes(checkpoint, settings, runtime.batch_size)
        self._read_ahead = runtime.batch_size

    def detect(self, requests: Iterable[DetectionRequest]) -> Iterator[Detected | ModelFailure]:
        waiting = iter(requests)
        while some := list(islice(waiting, self._read_ahead)):
            yield from self._detect(some)

    def _detect(self, requests: Sequence[DetectionRequest]) -> list[Detected | ModelFailure]:
        """The requests whose rows may go through the model together."""
        prepared = [self._prepared(request) for request in requests]
        rows = [row for found in prepared if not isinstance(found, ModelFailure) for row in found]
        answers = iter(self._passes.run(rows))
        return [
            found
            if isinstance(found, ModelFailure)
            else _detected(request, found, list(islice(answers, len(found))))
            for request, found in zip(requests, prepared, strict=True)
        ]

    def _prepared(self, request: DetectionRequest) -> "list[Row] | ModelFailure":
        picture = decode(request.frame, request.jpeg)
        if isinstance(picture, ModelFailure):
            return picture
        wanted = filter(names_something, map(_plain, request.phrases))
        return self._passes.prepare(picture, list(dict.fromkeys(wanted)))


def _detected(
    request: DetectionRequest, rows: "Sequence[Row]", answers: Sequence[list[Boxes] | ModelFailure]
) -> Detected | ModelFailure:
    """What the rows of a request say of its phrases."""
    found: dict[str, Boxes] = {}
    for row, answer in zip(rows, answers, strict=True):
        if isinstance(answer, ModelFailure):
            return answer
        found |= zip(row.phrases, answer, strict=True)
    return Detected(tuple(found.get(_plain(phrase), ()) for phrase in request.phrases))


def _plain(phrase: str) -> str:
    return " ".join(phrase.split())
