"""A checkpoint's weights, on the device or devices, with the fastest attention that works here."""

from importlib.util import find_spec
from typing import Any, Final

import torch
from transformers import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING, AutoModelForImageTextToText
from transformers.utils.import_utils import is_flash_attn_2_available

from pipeline.errors import MissingDependencyError, RecipeError
from pipeline.models.source import ModelSource

_AMPERE: Final = (8, 0)
"""The least compute capability that FlashAttention 2 works on."""


def load_weights(
    found: ModelSource, config: Any, dtype: torch.dtype, gpus: float | None, where: dict[str, Any]
) -> Any:
    """The model, ready to generate.

    Args:
        config: of a kind that is in transformers' mapping.
        gpus: of one copy; more than one: its layers are spread over those that are visible.
        where: what tells `from_pretrained` where to look, and where not.

    Raises:
        RecipeError: weights are missing, which transformers would make up.
        MissingDependencyError: to spread the model needs a package that is not installed.
        OSError, ValueError, ...: as transformers raises them.
    """
    options: dict[str, Any] = {"config": config, "dtype": dtype, "output_loading_info": True}
    spread = (gpus or 0) > 1 and torch.cuda.device_count() > 1
    if spread:
        if find_spec("accelerate") is None:
            raise MissingDependencyError(
                f"captioner.gpus is {gpus:g}, and the package accelerate spreads a model over "
                "GPUs: install demitasse with its extra `models`"
            )
        options["device_map"] = "auto"
    model, report = _with_fastest_attention(str(found.folder or found.name), options | where)
    if missing := report["missing_keys"]:
        raise RecipeError(
            f"captioner.model: {found.name!r} lacks {len(missing)} of its weights, such as "
            f"{min(missing)}: fetch all its files again"
        )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return (model if spread else model.to(device)).eval()


def _with_fastest_attention(name: str, options: dict[str, Any]) -> Any:
    load: Any = AutoModelForImageTextToText.from_pretrained
    implementation = MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING[type(options["config"])]
    *faster, slowest = attentions(implementation, options["dtype"])
    for attention in faster:
        try:
            return load(name, attn_implementation=attention, **options)
        except (ValueError, ImportError):
            # A part of the model may lack what the whole has; it says so before weights are read.
            continue
    return load(name, attn_implementation=slowest, **options)


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
