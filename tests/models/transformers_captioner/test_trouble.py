import pytest
import torch

from pipeline.errors import DeviceLostError
from pipeline.models.transformers_captioner.trouble import first_line, named, trouble

ASSERT = "CUDA error: device-side assert triggered\nCUDA kernel errors might be reported later"


@pytest.mark.parametrize(
    ("error", "means"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"), "memory"),
        (torch.AcceleratorError("CUDA error: out of memory"), "memory"),
        (
            RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling it"),
            "memory",
        ),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "memory"),
        (torch.AcceleratorError(ASSERT), "device"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), "device"),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"), None),
        (ValueError("out of memory"), None),
    ],
)
def test_what_an_error_means(error: Exception, means: str | None) -> None:
    assert trouble(error) == means


def test_a_lost_device_has_a_sentence_and_a_cause() -> None:
    error = torch.AcceleratorError(ASSERT)
    lost = named(error)
    assert isinstance(lost, DeviceLostError)
    assert lost.__cause__ is error
    assert str(lost) == (
        "the captioner's GPU stopped working (CUDA error: device-side assert triggered): "
        "its worker has to start anew"
    )
    other = KeyError("x")
    assert named(other) is other
    assert first_line(ValueError("")) == "ValueError"
