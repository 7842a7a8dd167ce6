"""A checkpoint's weights, on the device or devices, with the fastest attention that works here."""

from importlib.util import find_spec
from typing import Any, Final

import torch
from transformers import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING, AutoModelForImageTextToText
from transformers.utils.import_utils import is_flash_attn_2_available

from pipeline.errors import MissingDependencyError, RecipeError
from pipeline.models.checkpoint import Checkpoint
from pipeline.models.pretrained import load_model
from pipeline.models.torch_device import placed

_AMPERE: Final = (8, 0)
"""The least compute capability that FlashAttention 2 works on."""


def load_weights(
    checkpoint: Checkpoint, config: Any, dtype: torch.dtype, gpus: float | None
) -> Any:
    """The model, ready to generate.

    Args:
        config: of a kind that is in transformers' mapping.
        gpus: of one copy; more than one: its layers are spread over those that are visible.

    Raises:
        RecipeError: weights are missing or broken.
        MissingDependencyError: to load or to spread the model needs a package that is not here.
        ResourceError: it is too large for the device.
        DeviceLostError: the device does not work.
    """
    if (gpus or 0) > 1 and torch.cuda.device_count() > 1:
        if find_spec("accelerate") is None:
            raise MissingDependencyError(
                f"captioner.gpus is {gpus:g}, and the package accelerate spreads a model over "
                "GPUs: install demitasse with its extra `models`"
            )
        return _with_fastest_attention(checkpoint, config, dtype, device_map="auto").eval()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return placed(_with_fastest_attention(checkpoint, config, dtype), device, checkpoint.section)


def _with_fastest_attention(
    checkpoint: Checkpoint, config: Any, dtype: torch.dtype, **options: Any
) -> Any:
    def load(attention: str) -> Any:
        return load_model(
            checkpoint,
            AutoModelForImageTextToText,
            dtype,
            config=config,
            attn_implementation=attention,
            **options,
        )

    *faster, slowest = attentions(MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING[type(config)], dtype)
    for attention in faster:
        try:
            return load(attention)
        except (RecipeError, MissingDependencyError):
            # A part of the model may lack what the whole has. Whatever else is wrong is found by
            # the slowest as well, which every model has.
            continue
    return load(slowest)


def attentions(implementation: Any, dtype: torch.dtype) -> list[str]:
    """What can be tried on this machine, the fastest first; the last one always works.

    Args:
        implementation: the model's class.
    """
    flash = (
        is_flash_attn_2_available()
        and torch.cuda.is_available()
        and torch.cuda.get_device_capability() >= _AMPERE
        and dtype != torch.float32
    )
    found = ["flash_attention_2"] if flash and implementation._supports_flash_attn else []
    return [*found, *(["sdpa"] if implementation._supports_sdpa else []), "eager"]
