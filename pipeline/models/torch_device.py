"""The device that a worker's torch model runs on: what fits it, and when it is lost."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import torch

from pipeline.errors import DeviceLostError, ResourceError
from pipeline.models.failure import ModelFailure

T = TypeVar("T")
R = TypeVar("R")

_OUT_OF_MEMORY: Final = ("out of memory", "can't allocate memory", "CUBLAS_STATUS_ALLOC_FAILED")
"""Of the CPU's allocator and of libraries beside torch; the GPU's has an exception of its own."""
_OF_THE_DEVICE: Final = ("CUDA error", "CUDA driver error", "cuDNN error", "CUBLAS_STATUS")


def pick_device() -> torch.device:
    """The worker's GPU where it has one, else the CPU, with the one thread that a worker has."""
    torch.set_num_threads(1)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def pick_dtype(name: str) -> torch.dtype:
    """The number format of a recipe's `dtype`."""
    dtype = getattr(torch, name)
    assert isinstance(dtype, torch.dtype), name
    return dtype


def placed(model: Any, device: torch.device, section: str) -> Any:
    """A model on its device, ready to answer.

    Raises:
        ResourceError: it does not fit.
        DeviceLostError: the device is of no use.
    """
    try:
        with device_errors():
            return model.to(device).eval()
    except torch.OutOfMemoryError as error:
        raise too_large(section) from error


def too_large(section: str) -> ResourceError:
    """The error of a model that does not fit the device.

    Args:
        section: of the recipe.
    """
    return ResourceError(
        f"{section}: the model does not fit the memory of a worker's GPU: name a smaller one, or a "
        f"smaller `dtype`, or give each worker more with `{section}.gpus`"
    )


@contextmanager
def device_errors() -> Iterator[None]:
    """Tell a lost device from one that is full, whichever library noticed.

    Raises:
        torch.OutOfMemoryError: the device is full; less may fit.
        DeviceLostError: after this error CUDA answers nothing more in this process.
    """
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        told = str(error)
        if any(sign in told for sign in _OUT_OF_MEMORY):
            raise torch.OutOfMemoryError(told) from error
        if isinstance(error, torch.AcceleratorError) or any(s in told for s in _OF_THE_DEVICE):
            first = told.strip().partition("\n")[0]
            raise DeviceLostError(f"the GPU of this worker is lost: {first}") from error
        raise


class FittingBatch:
    """Sends items through a model in batches of the size that has fitted so far."""

    def __init__(self, most: int) -> None:
        self.size = most

    def run(
        self, items: Sequence[T], model: Callable[[Sequence[T]], Sequence[R]]
    ) -> list[R | ModelFailure]:
        """What the model makes of each item, in order.

        A batch that does not fit is halved, and the smaller size is kept: what did not fit once
        will not fit the next time. An item that does not fit alone is a failure of its own.

        Raises:
            DeviceLostError: the device is of no use any more.
        """
        done: list[R | ModelFailure] = []
        while len(done) < len(items):
            batch = items[len(done) : len(done) + self.size]
            made = self._tried(batch, model)
            if made is not None:
                done += made
            elif len(batch) > 1:
                self.size = min(self.size, len(batch) // 2)
            else:
                done.append(ModelFailure("OutOfMemory", "one alone does not fit the GPU's memory"))
        return done

    @staticmethod
    def _tried(
        batch: Sequence[T], model: Callable[[Sequence[T]], Sequence[R]]
    ) -> Sequence[R] | None:
        try:
            with device_errors():
                return model(batch)
        except torch.OutOfMemoryError:
            pass
        # Here nothing refers to the tensors of the failed attempt any more.
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return None
