"""A checkpoint of transformers, found, checked and loaded onto the device."""

from dataclasses import dataclass
from typing import Any, Final

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import (
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING,
    AutoConfig,
    AutoProcessor,
)
from transformers.utils import logging

from pipeline.errors import MissingDependencyError, RecipeError, ResourceError
from pipeline.models.source import ModelSource
from pipeline.models.transformers_captioner.trouble import first_line, named, trouble
from pipeline.models.transformers_captioner.weights import load_weights

_UNLOADABLE: Final = (
    OSError,
    ValueError,
    KeyError,
    RuntimeError,
    SafetensorError,
    StrictDataclassError,
)
"""What loading raises over files that are missing, cut off or of another kind."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model that takes pictures and text, and what makes tensors of them; both untyped."""

    processor: Any
    model: Any


def load(found: ModelSource, dtype: str, gpus: float | None) -> Checkpoint:
    """Load a model as the recipe names it, with the fastest attention that works here.

    A folder is loaded without a question to any hub. A hub's model comes from the local cache
    where that has it.

    Args:
        dtype: of weights and computation, as torch calls it.
        gpus: of one copy; more than one: its layers are spread over those that are visible.

    Raises:
        RecipeError: there is no such model, or it is none that this captioner can use.
        MissingDependencyError: a package that the model needs is not installed.
        ResourceError: it is too large for the device.
        DeviceLostError: the device does not work.
    """
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped upstream
    if found.folder is not None:
        return _load(found, dtype, gpus, local=True)
    try:
        return _load(found, dtype, gpus, local=True)
    except RecipeError:
        return _load(found, dtype, gpus, local=False)


def _load(found: ModelSource, dtype: str, gpus: float | None, *, local: bool) -> Checkpoint:
    name = str(found.folder or found.name)
    where: dict[str, Any] = {"local_files_only": local, "trust_remote_code": False}
    if found.folder is None:
        where["revision"] = found.revision
    try:
        config = AutoConfig.from_pretrained(name, **where)
        _check_kind(found, config)
        processor = AutoProcessor.from_pretrained(  # type: ignore[no-untyped-call]
            name, **where
        )
        _check_processor(found, processor)
        model = load_weights(found, config, getattr(torch, dtype), gpus, where)
    except ImportError as error:
        raise MissingDependencyError(
            f"captioner.model: {found.name!r} needs a package that is not installed "
            f"({first_line(error)}): install it, or demitasse with its extra `models`"
        ) from error
    except _UNLOADABLE as error:
        if trouble(error) == "memory":
            raise ResourceError(
                f"captioner.model: {found.name!r} in {dtype} does not fit the device: take a "
                "smaller model, or more than one GPU for a copy with captioner.gpus"
            ) from error
        if trouble(error) == "device":
            raise named(error) from error
        raise RecipeError(_unloadable(found, error)) from error
    return Checkpoint(processor, model)


def _unloadable(found: ModelSource, error: Exception) -> str:
    what = f"captioner.model: {found.name!r}"
    if found.folder is not None:
        return f"{what} is no folder with a model that can be loaded: {first_line(error)}"
    return (
        f"{what} at revision {found.revision!r} is not in the local cache and could not be fetched "
        f"({first_line(error)}); where the hub can be reached, `demitasse doctor RECIPE "
        "--prefetch` fetches it"
    )


def _check_kind(found: ModelSource, config: Any) -> None:
    if type(config) not in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING or config.is_encoder_decoder:
        raise RecipeError(
            f"captioner.model: {found.name!r} is a {config.model_type} model, and captions are "
            "asked of image-text-to-text models that chat, such as Qwen2.5-VL or SmolVLM2"
        )


def _check_processor(found: ModelSource, processor: Any) -> None:
    for part, file in (
        ("image_processor", "preprocessor_config.json"),
        ("tokenizer", "tokenizer.json"),
        ("chat_template", "chat_template.jinja"),
    ):
        if getattr(processor, part, None) is None:
            raise RecipeError(
                f"captioner.model: {found.name!r} has no {part.replace('_', ' ')} ({file}): take "
                "the instruction-tuned version of the model, with all its files"
            )
