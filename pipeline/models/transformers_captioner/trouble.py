"""What an error of the device means: not enough memory, a device that is lost, or a bug."""

from typing import Final, Literal

import torch

from pipeline.errors import DeviceLostError

_NO_MEMORY: Final = ("out of memory", "can't allocate memory", "CUBLAS_STATUS_ALLOC_FAILED")
_LOST: Final = ("CUDA error", "device-side assert", "cuBLAS", "CUBLAS_STATUS", "cuDNN error")


def trouble(error: Exception) -> Literal["memory", "device"] | None:
    """Which of the two an error is; None: neither."""
    if not isinstance(error, RuntimeError):
        return None
    text = str(error)
    if isinstance(error, torch.OutOfMemoryError) or any(sign in text for sign in _NO_MEMORY):
        return "memory"
    if isinstance(error, torch.AcceleratorError) or any(sign in text for sign in _LOST):
        return "device"
    return None


def named(error: Exception) -> Exception:
    """The error, or a lost device where it means one."""
    if trouble(error) != "device":
        return error
    lost = DeviceLostError(
        f"the captioner's GPU stopped working ({first_line(error)}): its worker has to start anew"
    )
    lost.__cause__ = error
    return lost


def first_line(error: Exception) -> str:
    """What it says before it explains at length."""
    return next(filter(None, map(str.strip, str(error).splitlines())), type(error).__name__)
