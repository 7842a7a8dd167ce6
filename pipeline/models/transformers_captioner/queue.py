"""Prepared prompts of all callers, bounded in tokens, until a thread takes them out in batches."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pipeline.models.transformers_captioner.groups import Groups
from pipeline.models.transformers_captioner.prompt import Prompt, settle

PREPARED_BATCHES: Final = 2
"""What may be prepared beside the batch that is in the model: one that is copied to the device,
and one that fills up."""
LINGER_SECONDS: Final = 0.05
"""How long an idle model waits for a batch to fill up while callers may still bring prompts."""


class PromptQueue:
    """One thread takes batches out, any number bring prompts.

    A batch leaves when it is full, or when the model is idle and nothing comes that would fill it.
    """

    def __init__(self, batch_tokens: int, *, stacks: bool = True) -> None:
        """See `Groups`."""
        self._changed = threading.Condition()
        self._groups = Groups(batch_tokens, stacks=stacks)
        self._room = PREPARED_BATCHES * batch_tokens
        self._held = 0
        self._expected = batch_tokens
        self._preparing = 0
        self._callers = 0
        self._bringing = 0
        self._taking = False
        self._busy = False
        self._failure: Exception | None = None

    def enter(self) -> bool:
        """Somebody awaits answers from now on; whether somebody has to begin to `take`."""
        with self._changed:
            self._callers += 1
            begin, self._taking = not self._taking, True
            return begin

    def leave(self) -> None:
        """Somebody has all the answers, or wants them no more."""
        with self._changed:
            self._callers -= 1
            self._changed.notify_all()

    @contextmanager
    def bringing(self) -> Iterator[None]:
        """A caller has more prompts to bring."""
        with self._changed:
            self._bringing += 1
        try:
            yield
        finally:
            with self._changed:
                self._bringing -= 1
                self._changed.notify_all()

    def reserve(self) -> int:
        """Wait, while `bringing`, until there is room to prepare a prompt.

        Returns:
            How many tokens were set aside for it, for `prepared`.

        Raises:
            DeviceLostError: there will be no answers any more, as `fail` was told.
        """
        with self._changed:
            self._bringing -= 1  # who waits for room brings nothing that a batch could wait for
            self._changed.notify_all()
            self._changed.wait_for(self._has_room)
            self._bringing += 1
            if self._failure:
                raise self._failure
            self._held += self._expected
            self._preparing += 1
            return self._expected

    def prepared(self, reserved: int, prompt: Prompt | None) -> None:
        """A preparation came to its end, with a prompt for the model or without one."""
        with self._changed:
            self._held -= reserved
            self._preparing -= 1
            if prompt is not None:
                self._expected = prompt.tokens
                self._add(prompt)
            self._changed.notify_all()

    def again(self, prompt: Prompt) -> None:
        """A prompt is asked once more; it waits for no room, since its caller waits for it."""
        with self._changed:
            self._add(prompt)
            self._changed.notify_all()

    def take(self) -> list[Prompt] | None:
        """Wait for the next batch; None where nobody awaits any, and that is the end of it."""
        with self._changed:
            lingered = False
            while True:
                self._free(self._groups.drop_cancelled())
                if self._groups.next_is_full():
                    return self._groups.cut()
                if not self._groups and not self._callers and not self._preparing:
                    self._taking = False
                    return None
                if not self._groups or self._busy or self._preparing:
                    self._changed.wait()
                    lingered = False
                elif self._bringing and not lingered:
                    lingered = not self._changed.wait(LINGER_SECONDS)
                else:
                    return self._groups.cut()

    def begins(self, batch: list[Prompt]) -> None:
        """A batch goes into the model next: there is room to prepare others."""
        with self._changed:
            self._busy = True
            self._free(batch)

    def idle(self) -> None:
        """The model has done its batch."""
        with self._changed:
            self._busy = False
            self._changed.notify_all()

    def capacity(self, tokens: int) -> int:
        """How many prompts of so many tokens go into the model together."""
        with self._changed:
            return self._groups.capacity(tokens)

    def shrink(self, batch_tokens: int) -> None:
        """More tokens than these were too much for the device."""
        with self._changed:
            self._groups.shrink(batch_tokens)

    def fail(self, error: Exception) -> None:
        """There will be no answers: whoever waits is told, and so is whoever asks from now on."""
        with self._changed:
            self._failure = error
            waiting = self._groups.clear()
            self._free(waiting)
        for prompt in waiting:
            settle(prompt.answer, error)

    def _has_room(self) -> bool:
        fits = self._held + self._expected <= self._room
        return self._failure is not None or self._held == 0 or fits

    def _add(self, prompt: Prompt) -> None:
        if self._failure:
            settle(prompt.answer, self._failure)
            return
        self._held += prompt.tokens
        self._groups.add(prompt)

    def _free(self, prompts: list[Prompt]) -> None:
        if prompts:
            self._held -= sum(prompt.tokens for prompt in prompts)
            self._changed.notify_all()
