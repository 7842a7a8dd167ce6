"""One model for all callers: prompts are prepared, stacked, copied and generated side by side.

    callers -> reserve -> prepare (CPU threads) -> queue -> stage (1 thread) -> generate (1 thread)
       ^                                             ^                             |
       +--------------------- answers ---------------+--------- once more ---------+

While batch n generates, n+1 is on its way to the device and n+2 fills up. A batch waits for its
slowest caption: the continuous batching of transformers takes token ids and no pictures (5.23).
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Final

import torch

from pipeline.errors import DeviceLostError
from pipeline.models.captioner import CaptionFrame
from pipeline.models.failure import ModelFailure
from pipeline.models.torch_device import device_errors
from pipeline.models.transformers_captioner.batch import Staged, Stager
from pipeline.models.transformers_captioner.generation import Generation
from pipeline.models.transformers_captioner.halving import Halving
from pipeline.models.transformers_captioner.loading import LoadedModel
from pipeline.models.transformers_captioner.preparing import Preparing
from pipeline.models.transformers_captioner.prompt import Answer, Prompt, settle
from pipeline.models.transformers_captioner.queue import PromptQueue
from pipeline.models.transformers_captioner.reading import read, worth_another
from pipeline.recipe import CaptionerRuntime, TransformersCaptionerSettings

PREPARERS: Final = 4
"""Threads that decode and process pictures; one of 448 x 448 pixels takes 5 ms of a core (ours)."""


class Service:
    """Answers prompts. Its threads end with it, and hold it no longer than somebody asks."""

    def __init__(
        self,
        loaded: LoadedModel,
        settings: TransformersCaptionerSettings,
        runtime: CaptionerRuntime,
    ) -> None:
        self._preparing = Preparing(loaded, settings)
        # What does not stack goes in one by one. This also runs the tokenizer once before
        # threads share it: its first call may change its truncation, which must not race.
        self._queue = PromptQueue(runtime.batch_tokens, stacks=self._preparing.stacks())
        self._stager = Stager(
            loaded.model.device, self._queue.capacity if runtime.compile else None
        )
        self._generate = Halving(
            Generation(loaded, settings, compiled=runtime.compile),
            self._stager.stage,
            self._queue.shrink,
        )
        self._preparers = ThreadPoolExecutor(PREPARERS, "prepare")
        self._generating = ThreadPoolExecutor(1, "generate")

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Held by a caller as long as it awaits answers."""
        if self._queue.enter():
            # A daemon: a caller that never comes to its end must not keep the process alive.
            threading.Thread(target=self._serve, name="stage", daemon=True).start()
        try:
            yield
        finally:
            self._queue.leave()

    def bringing(self) -> AbstractContextManager[None]:
        """Held by a caller as long as it has more to ask."""
        return self._queue.bringing()

    def ask(self, frames: Sequence[CaptionFrame], tried: int) -> Answer:
        """Wait until there is room for a prompt, and have it prepared and answered.

        Raises:
            DeviceLostError: the device answers no more.
        """
        answer: Answer = Future()
        reserved = self._queue.reserve()
        self._preparers.submit(self._prepare, frames, tried, answer, reserved)
        return answer

    def _prepare(
        self, frames: Sequence[CaptionFrame], tried: int, answer: Answer, reserved: int
    ) -> None:
        prompt = None
        try:
            if answer.cancelled():
                return
            found = self._preparing.prepare(frames, tried, answer)
            if isinstance(found, ModelFailure):
                settle(answer, found)
            else:
                prompt = found
        except Exception as error:  # a bug: its caller hears of it, the others go on
            settle(answer, error)
        finally:
            self._queue.prepared(reserved, prompt)

    def _serve(self) -> None:
        """Stage batch after batch, each while the one before generates."""
        try:
            before: Future[None] | None = None
            while batch := self._queue.take():
                staged = self._staged(batch)
                if before is not None:
                    before.result()
                self._queue.begins(batch)
                if staged is None:
                    self._queue.idle()
                else:
                    before = self._generating.submit(self._answer, staged)
        except Exception as error:  # a bug: without batches, nobody may wait for one
            self._queue.fail(error)

    def _staged(self, batch: Sequence[Prompt]) -> Staged | None:
        try:
            with device_errors():
                return self._stager.stage(batch)
        except torch.OutOfMemoryError:
            return Staged(batch)  # copied when its turn comes
        except Exception as error:  # a bug or a lost device: whose batch it is hears of it
            self._failed(batch, error)
            return None

    def _answer(self, staged: Staged) -> None:
        try:
            for prompt, result in zip(staged.prompts, self._generate(staged), strict=True):
                answer = read(prompt, result)
                if worth_another(prompt, answer):
                    prompt.attempt += 1
                    prompt.usage = answer.usage
                    self._queue.again(prompt)
                else:
                    settle(prompt.answer, answer)
        except Exception as error:  # as in `_staged`
            self._failed(staged.prompts, error)
        finally:
            self._queue.idle()

    def _failed(self, batch: Sequence[Prompt], error: Exception) -> None:
        if isinstance(error, DeviceLostError):
            self._queue.fail(error)
        for prompt in batch:
            settle(prompt.answer, error)
