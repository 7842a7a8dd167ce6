"""Passes of a detector over rows of pictures and phrases, on the worker's device."""

import threading
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import torch

from pipeline.models import picture as pictures
from pipeline.models.checkpoint import Checkpoint
from pipeline.models.detector import ScoredBox
from pipeline.models.failure import ModelFailure
from pipeline.models.torch_device import FittingBatch, pick_device, pick_dtype
from pipeline.models.transformers_detector.answers import Pixels
from pipeline.models.transformers_detector.candidates import DIGITS, candidates
from pipeline.models.transformers_detector.families import load_family
from pipeline.recipe import TransformersDetectorSettings

Found = list[tuple[ScoredBox, ...]]
"""The candidates of each phrase of a row."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the model sees as one: a picture, and one phrase or all that are asked of it."""

    phrases: tuple[str, ...]
    pixels: Pixels
    size: tuple[int, int]
    """Height and width of the picture as it is stored."""

    @property
    def shape(self) -> Hashable:
        """Rows of the same shape can be stacked."""
        return tuple(tensor.shape for tensor in self.pixels.values())


class Passes:
    """The loaded detector. Several threads may call: they prepare side by side, and take turns at
    the model."""

    def __init__(
        self, checkpoint: Checkpoint, settings: TransformersDetectorSettings, batch_size: int
    ) -> None:
        """Loads the model; see `load_family` for what it raises."""
        self._settings = settings
        self._device = pick_device()
        self._dtype = pick_dtype(settings.dtype)
        self.family, self._images = load_family(checkpoint, self._dtype, self._device)
        self._batch = FittingBatch(1 if self.family.rows_apart else batch_size)
        self._turn = threading.Lock()

    def prepare(self, picture: pictures.Pixels, phrases: Sequence[str]) -> list[Row]:
        """The rows of a picture, which name its phrases in their order."""
        if not phrases:
            return []
        made = self._images(
            images=[picture[:, :, ::-1].copy()],  # red-green-blue
            input_data_format="channels_last",
            return_tensors="pt",
        )
        pixels = {name: made[name] for name in ("pixel_values", "pixel_mask") if name in made}
        rows = [phrases] if self.family.together else [[phrase] for phrase in phrases]
        height, width = picture.shape[:2]
        return [Row(tuple(row), pixels, (height, width)) for row in rows]

    def run(self, rows: Sequence[Row]) -> list[Found | ModelFailure]:
        """What is found for each row, in order.

        Raises:
            DeviceLostError: the worker's device is of no use any more.
        """
        alike = defaultdict[Hashable, list[int]](list)
        for place, row in enumerate(rows):
            alike[row.shape].append(place)
        found: dict[int, Found | ModelFailure] = {}
        for places in alike.values():
            answers = self._batch.run([rows[place] for place in places], self._together)
            found |= zip(places, answers, strict=True)
        return [found[place] for place in range(len(rows))]

    def _together(self, rows: Sequence[Row]) -> list[Found]:
        stacked = {name: torch.cat([row.pixels[name] for row in rows]) for name in rows[0].pixels}
        stacked["pixel_values"] = stacked["pixel_values"].to(self._dtype)
        with self._turn, torch.inference_mode():
            pixels = {name: tensor.to(self._device) for name, tensor in stacked.items()}
            outputs = self.family.forward(pixels, [row.phrases for row in rows])
        # A processor keeps what is above its threshold; a score that is rounded up to ours counts.
        floor = self._settings.min_score - 10.0**-DIGITS
        answers = self.family.read(outputs, [row.size for row in rows], floor)
        return [[candidates(one, self._settings) for one in answer] for answer in answers]
