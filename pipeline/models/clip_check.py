"""Boxes checked by CLIP: how near is what a box cuts out to its phrase, and what is around it?"""

from collections.abc import Iterable, Iterator
from typing import Final

from PIL import Image

from pipeline.models.box_check import Checked, CheckRequest, Similarity
from pipeline.models.checkpoint import extra, find_checkpoint
from pipeline.models.clip_crops import cut, elsewhere, place_of, whole
from pipeline.models.failure import ModelFailure
from pipeline.models.phrases import photo_of
from pipeline.models.picture import Pixels, decode
from pipeline.recipe import ClipSettings, DetectorRuntime

_DIGITS: Final = 4
"""Decimals kept of cosines; the bits below differ between processors and batches."""


class ClipCheck:
    """See `pipeline.models.box_check.BoxCheck`.

    A phrase is read as `a photo of a red car.`, as CLIP's authors do; see `photo_of`.
    """

    def __init__(self, settings: ClipSettings, runtime: DetectorRuntime) -> None:
        """Loads the model.

        Raises:
            RecipeError: the model is not there, or is no CLIP of open_clip.
            MissingDependencyError: a package or the model's files are missing.
            ResourceError: the model does not fit the device.
        """
        with extra("clip.model"):
            import open_clip  # noqa: F401
        from pipeline.models.clip_model import WEIGHTS, ClipModel

        assert settings.model is not None, "without a model nothing is checked"
        checkpoint = find_checkpoint("clip", settings.model, settings.revision, WEIGHTS)
        self.label = checkpoint.label
        self._clip = ClipModel(checkpoint, runtime.batch_size)

    def check(self, requests: Iterable[CheckRequest]) -> Iterator[Checked | ModelFailure]:
        return map(self._check, requests)

    def _check(self, request: CheckRequest) -> Checked | ModelFailure:
        picture = decode(request.frame, request.jpeg)
        if isinstance(picture, ModelFailure):
            return picture
        asked = [i for i, boxes in enumerate(request.boxes) if boxes]
        if not asked:
            return Checked(((),) * len(request.boxes))
        seen = self._clip.pictures(self._cuts(picture, request))
        if isinstance(seen, ModelFailure):
            return seen
        read = self._clip.texts([f"{photo_of(request.phrases[i])}." for i in asked])
        if isinstance(read, ModelFailure):
            return read
        similarities: list[tuple[Similarity, ...]] = [()] * len(request.boxes)
        first = 1
        for i, phrase in zip(asked, read, strict=True):
            last = first + 2 * len(request.boxes[i])
            frame, *cosines = (
                round(float(v @ phrase), _DIGITS) for v in (seen[0], *seen[first:last])
            )
            similarities[i] = tuple(
                Similarity(crop, frame, random)
                for crop, random in zip(cosines[::2], cosines[1::2], strict=True)
            )
            first = last
        return Checked(tuple(similarities))

    def _cuts(self, picture: Pixels, request: CheckRequest) -> Iterator[Image.Image]:
        """The whole frame, then of each box of each phrase its crop and its random crop."""
        height, width = picture.shape[:2]
        yield cut(picture, whole(picture), self._clip.grey)
        for boxes in request.boxes:
            for bbox in boxes:
                yield cut(picture, place_of(bbox, width, height), self._clip.grey)
                place = elsewhere(request.frame, bbox, width, height)
                yield cut(picture, place, self._clip.grey)
