"""A checkpoint that captions: checked for all it takes, and loaded onto the device."""

from dataclasses import dataclass
from typing import Any

from transformers import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING

from pipeline.models.checkpoint import Checkpoint
from pipeline.models.pretrained import load_config, load_processor
from pipeline.models.torch_device import pick_dtype
from pipeline.models.transformers_captioner.weights import load_weights


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that takes pictures and text, and what makes tensors of them; both untyped."""

    processor: Any
    model: Any


def load(checkpoint: Checkpoint, dtype: str, gpus: float | None) -> LoadedModel:
    """Load a model, with the fastest attention that works here.

    Args:
        dtype: of weights and computation, as torch calls it.
        gpus: of one copy; more than one: its layers are spread over those that are visible.

    Raises:
        RecipeError: it is none that this captioner can use, or is broken.
        MissingDependencyError: a package that the model needs is not installed.
        ResourceError: it is too large for the device.
        DeviceLostError: the device does not work.
    """
    config = load_config(checkpoint)
    _check_kind(checkpoint, config)
    processor = load_processor(checkpoint)
    _check_processor(checkpoint, processor)
    return LoadedModel(processor, load_weights(checkpoint, config, pick_dtype(dtype), gpus))


def _check_kind(checkpoint: Checkpoint, config: Any) -> None:
    if type(config) not in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING or config.is_encoder_decoder:
        raise checkpoint.refused(
            f"it is a {config.model_type} model, and captions are asked of image-text-to-text "
            "models that chat, such as Qwen2.5-VL or SmolVLM2"
        )


def _check_processor(checkpoint: Checkpoint, processor: Any) -> None:
    for part, file in (
        ("image_processor", "preprocessor_config.json"),
        ("tokenizer", "tokenizer.json"),
        ("chat_template", "chat_template.jinja"),
    ):
        if getattr(processor, part, None) is None:
            raise checkpoint.refused(
                f"it has no {part.replace('_', ' ')} ({file}): take the instruction-tuned version "
                "of the model, with all its files"
            )
