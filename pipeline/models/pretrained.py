"""Loads what a checkpoint holds with transformers, from its folder and nothing else."""

from pathlib import Path
from typing import Any, Final

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import AutoConfig, AutoProcessor
from transformers.utils import logging

from pipeline.errors import MissingDependencyError
from pipeline.models.checkpoint import Checkpoint
from pipeline.models.torch_device import device_errors, too_large

_BROKEN: Final = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,
    SafetensorError,
    StrictDataclassError,
)
"""What transformers raises of files that are missing, malformed, or do not fit each other."""
_VOCABULARY: Final = ("tokenizer.json", "vocab.json", "vocab.txt", "*.model")
"""Files that a tokenizer is made of, one of them at least."""


def load_config(checkpoint: Checkpoint) -> Any:
    """The configuration, which names the model's architecture as `model_type`.

    Raises:
        RecipeError: the folder holds no model of transformers.
    """
    return _loaded(checkpoint, AutoConfig)


def load_processor(checkpoint: Checkpoint) -> Any:
    """What makes the model's inputs of pictures and texts.

    Raises:
        RecipeError: the folder's files are not those of a processor, or its vocabulary is missing.
        MissingDependencyError: it is built of a package that is not installed.
    """
    if not any(path for pattern in _VOCABULARY for path in checkpoint.folder.glob(pattern)):
        raise checkpoint.refused(
            f"it has no vocabulary ({', '.join(_VOCABULARY)}), and transformers would go on without"
        )
    return _loaded(checkpoint, AutoProcessor)


def load_model(
    checkpoint: Checkpoint, architectures: Any, dtype: torch.dtype, **options: Any
) -> Any:
    """The model with its weights, in memory of the CPU unless `options` say otherwise.

    Args:
        architectures: the auto class of the task.
        options: of its `from_pretrained`.

    Raises:
        RecipeError: the weights are missing, broken, or not all there: transformers would make up
            what is not there at random.
        MissingDependencyError: it is built of a package that is not installed.
        ResourceError: it does not fit the device that `options` name.
    """
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped upstream
    model, report = _loaded(
        checkpoint, architectures, dtype=dtype, output_loading_info=True, **options
    )
    made_up = sorted(set(report["missing_keys"]) & {name for name, _ in model.named_parameters()})
    if made_up:
        raise checkpoint.refused(
            f"its weights lack {len(made_up)} of the model's tensors, {made_up[0]} for one"
        )
    return model


def _loaded(checkpoint: Checkpoint, kind: Any, **options: Any) -> Any:
    folder: Path = checkpoint.folder
    try:
        with device_errors():
            return kind.from_pretrained(folder, local_files_only=True, **options)
    except ImportError as error:
        raise MissingDependencyError(
            f"{checkpoint.section}.model: {checkpoint.source.name!r} needs a package that is not "
            f"installed: install demitasse with its extra `models` ({' '.join(str(error).split())})"
        ) from error
    except torch.OutOfMemoryError as error:
        raise too_large(checkpoint.section) from error
    except _BROKEN as error:
        raise checkpoint.refused(f"{kind.__name__}: {error}") from error
