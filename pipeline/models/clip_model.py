"""A CLIP that open_clip loads: pictures and texts as vectors whose cosines compare.

Radford et al., "Learning Transferable Visual Models From Natural Language Supervision" (2021);
Ilharco et al., "OpenCLIP" (2021).
"""

import json
import threading
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import open_clip
import torch
from PIL import Image
from safetensors import SafetensorError

from pipeline.models.checkpoint import Checkpoint
from pipeline.models.failure import ModelFailure
from pipeline.models.torch_device import FittingBatch, pick_device, placed

WEIGHTS: Final = ("open_clip*.safetensors", "open_clip*.bin", "*.safetensors", "*.bin")
"""Of a hub's model, which may have those of transformers beside open_clip's own."""
_CONFIG: Final = "open_clip_config.json"
_BROKEN: Final = (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError)
"""What open_clip raises of files that are malformed or do not fit each other."""

Vectors = npt.NDArray[np.float32]
"""Of length one, a row each."""


class ClipModel:
    """See the module. Several threads may ask; they take turns at the model."""

    def __init__(self, checkpoint: Checkpoint, batch_size: int) -> None:
        """Loads the model, with 32 bits.

        Raises:
            RecipeError: the folder holds no CLIP of open_clip.
            ResourceError: it does not fit the device.
        """
        _check(checkpoint)
        name = f"local-dir:{checkpoint.folder}"
        try:
            model, self._transform = open_clip.create_model_from_pretrained(name)
            self._tokens = open_clip.get_tokenizer(name)
        except _BROKEN as error:
            raise checkpoint.refused(error) from error
        self._device = pick_device()
        self._model = placed(model, self._device, checkpoint.section)
        self._read_ahead = batch_size
        self._batch = FittingBatch(batch_size)
        self._turn = threading.Lock()
        red, green, blue = (round(255 * v) for v in model.visual.preprocess_cfg["mean"])
        self.grey = (red, green, blue)
        """The colour that the model takes for nothing: the mean of what it was trained on."""

    def pictures(self, images: Iterable[Image.Image]) -> Vectors | ModelFailure:
        """The vectors of pictures, prepared a batch at a time."""
        waiting = iter(images)
        vectors: list[Vectors] = []
        while some := list(islice(waiting, self._read_ahead)):
            prepared = [self._transform(image) for image in some]
            for vector in self._batch.run(prepared, self._see):
                if isinstance(vector, ModelFailure):
                    return vector
                vectors.append(vector)
        return np.array(vectors, np.float32)

    def texts(self, texts: Sequence[str]) -> Vectors | ModelFailure:
        """The vectors of texts; one longer than the model's context is cut there."""
        vectors: list[Vectors] = []
        for vector in self._batch.run(texts, self._read):
            if isinstance(vector, ModelFailure):
                return vector
            vectors.append(vector)
        return np.array(vectors, np.float32)

    def _see(self, images: Sequence[torch.Tensor]) -> list[Vectors]:
        with self._turn, torch.inference_mode():
            batch = torch.stack(list(images)).to(self._device)
            return _rows(self._model.encode_image(batch, normalize=True))

    def _read(self, texts: Sequence[str]) -> list[Vectors]:
        with self._turn, torch.inference_mode():
            batch = self._tokens(list(texts)).to(self._device)
            return _rows(self._model.encode_text(batch, normalize=True))


def _rows(encoded: torch.Tensor) -> list[Vectors]:
    return list(encoded.float().cpu().numpy())


def _check(checkpoint: Checkpoint) -> None:
    """Refuse what open_clip would warn of and load at random, or ask a hub for.

    Raises:
        RecipeError: there is no configuration or no weights, or the text tower is another model.
    """
    folder = checkpoint.folder
    try:
        config: Any = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        text = config["model_cfg"]["text_cfg"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise checkpoint.refused(f"{_CONFIG} is missing or no configuration: {error}") from error
    if not any(path for pattern in (*WEIGHTS, "*.pth") for path in folder.glob(pattern)):
        raise checkpoint.refused(f"there are no weights beside its {_CONFIG}")
    if "hf_model_name" in text:
        raise checkpoint.refused(
            f"its text tower is {text['hf_model_name']!r}, of which open_clip would ask a hub for "
            "more: name a CLIP that is whole in its folder"
        )
