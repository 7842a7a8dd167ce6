from collections.abc import Sequence

import pytest
import torch

from pipeline.errors import DeviceLostError, ResourceError
from pipeline.models.failure import ModelFailure
from pipeline.models.torch_device import (
    FittingBatch,
    device_errors,
    pick_device,
    pick_dtype,
    placed,
)


class Model:
    """Doubles numbers, and takes so many at a time."""

    def __init__(self, room: int, error: type[Exception] = torch.OutOfMemoryError) -> None:
        self.room = room
        self.error = error
        self.batches: list[int] = []

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(len(numbers))
        if len(numbers) > self.room:
            raise self.error("CUDA error: out of memory")
        return [2 * number for number in numbers]


class NoMemoryError(RuntimeError):
    def __init__(self, _: str) -> None:
        super().__init__("DefaultCPUAllocator: can't allocate memory: you tried")


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError, torch.AcceleratorError, RuntimeError, NoMemoryError]
)
def test_what_does_not_fit_is_halved_until_it_does(error: type[Exception]) -> None:
    model, batch = Model(3, error), FittingBatch(16)
    assert batch.run(range(20), model) == [2 * i for i in range(20)]
    assert model.batches == [16, 8, 4, 2] + [2] * 9
    model.batches.clear()
    assert batch.run(range(5), model) == [0, 2, 4, 6, 8]
    assert model.batches == [2, 2, 1]


def test_a_smaller_batch_does_not_make_the_size_grow() -> None:
    model, batch = Model(1), FittingBatch(2)
    batch.run(range(4), model)
    batch.run(range(4), model)
    assert model.batches == [2, 1, 1, 1, 1, 1, 1, 1, 1]


def test_it_is_the_batch_that_is_halved_and_not_the_size_that_it_had_not() -> None:
    model, batch = Model(1), FittingBatch(16)
    batch.run(range(3), model)
    assert model.batches == [3, 1, 1, 1]


def test_one_that_does_not_fit_alone_is_a_failure_and_the_others_go_on() -> None:
    batch = FittingBatch(4)

    def model(numbers: Sequence[int]) -> list[int]:
        if 2 in numbers:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return list(numbers)

    first, second, failed, last = batch.run(range(4), model)
    assert (first, second, last) == (0, 1, 3)
    assert isinstance(failed, ModelFailure)
    assert failed.error_class == "OutOfMemory"


def test_nothing_to_do_asks_no_model() -> None:
    assert FittingBatch(4).run([], Model(0)) == []


@pytest.mark.parametrize(
    "told",
    [
        "CUDA error: device-side assert triggered\nCUDA kernel errors might be reported later",
        "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm(...)`",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR",
    ],
)
def test_errors_of_the_device_are_told_apart(told: str) -> None:
    with pytest.raises(DeviceLostError) as raised, device_errors():
        raise RuntimeError(told)
    assert "\n" not in str(raised.value)


def test_an_error_of_an_accelerator_is_one_whatever_it_says() -> None:
    with pytest.raises(DeviceLostError), device_errors():
        raise torch.AcceleratorError("the link fell off")


def test_errors_of_our_own_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shape mismatch"), device_errors():
        raise RuntimeError("shape mismatch")


def test_a_model_that_does_not_fit_the_device_is_the_users_to_solve() -> None:
    class Large:
        def to(self, device: torch.device) -> None:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    with pytest.raises(ResourceError, match=r"^detector: .* `detector\.gpus`"):
        placed(Large(), torch.device("cpu"), "detector")


def test_dtypes_are_torchs() -> None:
    assert pick_dtype("bfloat16") is torch.bfloat16
    assert pick_device().type in ("cpu", "cuda")
