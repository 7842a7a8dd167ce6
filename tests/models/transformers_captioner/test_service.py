"""What happens between the threads: bounds, and errors that must reach whoever waits."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from pipeline.errors import DeviceLostError
from pipeline.models.captioner import CaptionWindow
from pipeline.models.transformers_captioner.batch import Inputs, Stager
from pipeline.models.transformers_captioner.generation import Generation, Written
from pipeline.models.transformers_captioner.preparing import Preparing
from pipeline.models.transformers_captioner.prompt import Prompt
from tests.models.transformers_captioner.asking import (
    captioner,
    failure,
    right,
    texts,
    window,
    windows,
)

Generate = Callable[[Sequence[Prompt], Inputs], list[Written]]


@pytest.fixture
def generating(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Generate], Generate]], None]:
    """Puts something around what the model generates."""
    real = Generation.__call__

    def install(around: Callable[[Generate], Generate]) -> None:
        def called(self: Generation, prompts: Sequence[Prompt], inputs: Inputs) -> list[Written]:
            return around(lambda *given: real(self, *given))(prompts, inputs)

        monkeypatch.setattr(Generation, "__call__", called)

    return install


Install = Callable[[Callable[[Generate], Generate]], None]


def test_a_slow_model_is_waited_for_with_little_in_memory(
    qwen: Path, generating: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared, most_ahead, loaded, most_windows = 0, 0, 0, 0
    real = Preparing.prepare

    def prepare(*given: object) -> object:
        nonlocal prepared
        prepared += 1
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(Preparing, "prepare", prepare)
    generated = 0

    def slow(generate: Generate) -> Generate:
        def call(prompts: Sequence[Prompt], inputs: Inputs) -> list[Written]:
            nonlocal generated, most_ahead, most_windows
            time.sleep(0.03)  # whatever could be prepared meanwhile is
            most_ahead = max(most_ahead, prepared - generated - len(prompts))
            most_windows = max(most_windows, 5 * loaded - generated)
            generated += len(prompts)
            return [Written("A red frame.", 5, ended=True) for _ in prompts]

        return call

    generating(slow)
    model = captioner(qwen, batch=4)

    def loading() -> Iterator[CaptionWindow]:
        nonlocal loaded
        for asked in windows(8):
            loaded += 1
            yield asked

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: len(list(model.caption(loading()))), range(3)))
    assert found == [8, 8, 8]
    assert generated == 3 * 8 * 5
    assert 4 <= most_ahead <= 2 * 4 + 2  # two batches, and while shapes are not known yet two more
    assert most_windows <= 3 * 5 + 3 * 4 + 2  # a window that each caller brings, and those batches


def test_batches_are_full_while_there_is_work(qwen: Path, generating: Install) -> None:
    sizes = []

    def counted(generate: Generate) -> Generate:
        def call(prompts: Sequence[Prompt], inputs: Inputs) -> list[Written]:
            sizes.append(len(prompts))
            return generate(prompts, inputs)

        return call

    generating(counted)
    with ThreadPoolExecutor(3) as pool:
        model = captioner(qwen, batch=8)
        list(pool.map(lambda _: list(model.caption(windows(16, length=3))), range(3)))
    assert sum(sizes) == 3 * 16 * 3
    assert len(sizes) <= 144 / 8 + 3


def test_the_next_batch_is_staged_while_one_generates(
    qwen: Path, generating: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    real = Stager.stage
    staged_again = threading.Event()

    def stage(*given: object) -> object:
        staged = real(*given)  # type: ignore[arg-type]
        events.append("staged")
        if events.count("staged") == 2:
            staged_again.set()
        return staged

    def waits(generate: Generate) -> Generate:
        def call(prompts: Sequence[Prompt], inputs: Inputs) -> list[Written]:
            assert staged_again.wait(10), "nothing was staged meanwhile"
            events.append("generated")
            return generate(prompts, inputs)

        return call

    monkeypatch.setattr(Stager, "stage", stage)
    generating(waits)
    assert len(list(captioner(qwen, batch=5).caption(windows(2)))) == 2
    assert events[:3] == ["staged", "staged", "generated"]


def test_a_batch_that_does_not_fit_is_halved_and_the_size_remembered(
    qwen: Path, generating: Install
) -> None:
    sizes: list[int] = []

    def small(generate: Generate) -> Generate:
        def call(prompts: Sequence[Prompt], inputs: Inputs) -> list[Written]:
            sizes.append(len(prompts))
            if len(prompts) > 3:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
            return generate(prompts, inputs)

        return call

    generating(small)
    model = captioner(qwen, batch=8)
    asked = windows(8, length=3)
    assert [texts(found) for found in model.caption(asked)] == [right(w) for w in asked]
    tried = [size for size in sizes if size > 3]
    assert tried[0] == 8
    assert len(tried) <= 4  # the first, its halves, and one that was staged before
    assert set(sizes[-4:]) == {2}


def test_a_prompt_that_never_fits_fails_alone(qwen: Path, generating: Install) -> None:
    def none_of_the_wide(generate: Generate) -> Generate:
        def call(prompts: Sequence[Prompt], inputs: Inputs) -> list[Written]:
            if prompts[0].tokens_in > 75:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return generate(prompts, inputs)

        return call

    generating(none_of_the_wide)
    wide = window("wide", ["red", "blue"], height=112, width=112)
    small = windows(2)
    found = list(captioner(qwen).caption([small[0], wide, small[1]]))
    assert [texts(found[0]), texts(found[2])] == [right(w) for w in small]
    assert failure(found[1]).error_class == "OutOfMemory"
    assert "lower captioner.image_pixels" in failure(found[1]).message


@pytest.mark.parametrize(
    "error",
    [
        torch.AcceleratorError(
            "CUDA error: device-side assert triggered\nCUDA kernel errors might"
        ),
        RuntimeError("cuBLAS error: CUBLAS_STATUS_EXECUTION_FAILED when calling cublasGemmEx"),
    ],
    ids=["accelerator", "cublas"],
)
@pytest.mark.parametrize("where", ["generating", "staging"])
def test_a_lost_device_is_told_to_every_caller_and_to_later_ones(
    error: Exception,
    where: str,
    qwen: Path,
    generating: Install,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batches = 0

    def lost_at_the_third(*_: object) -> None:
        nonlocal batches
        batches += 1
        if batches == 3:
            raise error

    def fails(generate: Generate) -> Generate:
        def call(prompts: Sequence[Prompt], inputs: Inputs) -> list[Written]:
            lost_at_the_third()
            return generate(prompts, inputs)

        return call

    real = Stager.stage

    def stage(*given: object) -> object:
        lost_at_the_third()
        return real(*given)  # type: ignore[arg-type]

    if where == "generating":
        generating(fails)
    else:
        monkeypatch.setattr(Stager, "stage", stage)
    model = captioner(qwen, batch=4)

    def ask(_: int) -> str:
        with pytest.raises(DeviceLostError) as told:
            list(model.caption(windows(30)))
        return str(told.value)

    with ThreadPoolExecutor(3) as pool:
        told = set(pool.map(ask, range(3)))
    (sentence,) = told
    assert sentence == f"the GPU of this worker is lost: {str(error).splitlines()[0]}"
    assert ask(4) == sentence


@pytest.mark.parametrize("where", ["generating", "staging", "preparing"])
def test_a_bug_reaches_the_callers_of_its_batch_and_no_other(
    where: str, qwen: Path, generating: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told apart by the shapes of their prompts, which are never in one batch."""

    def bug(prompts: Sequence[Prompt]) -> None:
        if prompts[0].tokens_in > 75:
            raise KeyError("a bug")

    def fails(generate: Generate) -> Generate:
        def call(prompts: Sequence[Prompt], inputs: Inputs) -> list[Written]:
            bug(prompts)
            return generate(prompts, inputs)

        return call

    stage, prepare = Stager.stage, Preparing.prepare

    def staged(self: Stager, prompts: Sequence[Prompt]) -> object:
        bug(prompts)
        return stage(self, prompts)

    def prepared(*given: object) -> object:
        prompt = prepare(*given)  # type: ignore[arg-type]
        assert isinstance(prompt, Prompt)
        bug([prompt])
        return prompt

    if where == "generating":
        generating(fails)
    elif where == "staging":
        monkeypatch.setattr(Stager, "stage", staged)
    else:
        monkeypatch.setattr(Preparing, "prepare", prepared)
    model = captioner(qwen)
    wide = [window(f"wide{i}", ["red"] * 3, height=112, width=112) for i in range(3)]
    with ThreadPoolExecutor(3) as pool:
        good = [pool.submit(lambda: list(model.caption(windows(8)))) for _ in range(2)]
        bad = pool.submit(lambda: list(model.caption(wide)))
        with pytest.raises(KeyError, match="a bug"):
            bad.result(timeout=20)
        for future in good:
            assert [texts(f) for f in future.result(timeout=20)] == [right(w) for w in windows(8)]
    assert len(list(model.caption(windows(1)))) == 1


def test_a_bug_between_batches_leaves_nobody_waiting(
    qwen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(_: object) -> None:
        raise AssertionError("the queue is broken")

    monkeypatch.setattr("pipeline.models.transformers_captioner.queue.PromptQueue.take", take)
    with pytest.raises(AssertionError, match="the queue is broken"):
        list(captioner(qwen).caption(windows(20)))
