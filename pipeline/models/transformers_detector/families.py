"""Loads a zero-shot detector and tells which family it is of."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import torch
from transformers import AutoModelForZeroShotObjectDetection

from pipeline.models.checkpoint import Checkpoint
from pipeline.models.pretrained import load_config, load_model, load_processor
from pipeline.models.torch_device import placed
from pipeline.models.transformers_detector.answers import Family
from pipeline.models.transformers_detector.grounding_dino import GroundingDino
from pipeline.models.transformers_detector.omdet_turbo import OmDetTurbo
from pipeline.models.transformers_detector.owl import Owl

_FAMILIES: Final[Mapping[str, Callable[[Any, Any], Family]]] = {
    "grounding-dino": GroundingDino,
    "mm-grounding-dino": GroundingDino,
    "owlv2": Owl,
    "owlvit": Owl,
    "omdet-turbo": OmDetTurbo,
}
"""By the `model_type` of a checkpoint's `config.json`."""


def load_family(
    checkpoint: Checkpoint, dtype: torch.dtype, device: torch.device
) -> tuple[Family, Any]:
    """The detector on its device, and the image processor that makes its pixels.

    Raises:
        RecipeError: the checkpoint is no zero-shot detector, or is broken.
        MissingDependencyError: a package that the model is built of is not installed.
        ResourceError: it does not fit the device.
    """
    kind = load_config(checkpoint).model_type
    if kind not in _FAMILIES:
        raise checkpoint.refused(
            f"its config.json says {kind!r}, which is no zero-shot detector that this backend "
            f"knows ({', '.join(_FAMILIES)})"
        )
    processor = load_processor(checkpoint)
    model = load_model(checkpoint, AutoModelForZeroShotObjectDetection, dtype)
    return _FAMILIES[kind](placed(model, device, checkpoint.section), processor), (
        processor.image_processor
    )
