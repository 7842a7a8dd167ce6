"""Waiting prompts by shape, and which of them go into the model next; no threads in here."""

from collections import deque
from itertools import count
from typing import Final

from pipeline.models.transformers_captioner.prompt import Prompt, Shapes

PASSED_OVER: Final = 2
"""Batches in a row that may overtake the oldest prompt because they are fuller (ours)."""


class Groups:
    """Prompts of equal shapes wait together, in the order in which they came."""

    def __init__(self, batch_tokens: int, *, stacks: bool = True) -> None:
        """
        Args:
            batch_tokens: that may be in the model together, answers at their longest.
            stacks: whether prompts go into the model together at all.
        """
        self._batch_tokens = batch_tokens
        self._stacks = stacks
        self._groups: dict[Shapes, deque[tuple[int, Prompt]]] = {}
        self._arrivals = count()
        self._passed_over = 0

    def __bool__(self) -> bool:
        return bool(self._groups)

    def add(self, prompt: Prompt) -> None:
        self._groups.setdefault(prompt.shapes, deque()).append((next(self._arrivals), prompt))

    def capacity(self, tokens: int) -> int:
        """How many prompts of so many tokens go into the model together."""
        return max(1, self._batch_tokens // tokens) if self._stacks else 1

    def shrink(self, batch_tokens: int) -> None:
        """Allow no more tokens than these from now on."""
        self._batch_tokens = min(self._batch_tokens, batch_tokens)

    def next_is_full(self) -> bool:
        """Whether the batch that would be cut next can have no more prompts."""
        return bool(self._groups) and self._fullness(self._next()) == 1

    def cut(self) -> list[Prompt]:
        """Take the fullest batch out, or the oldest prompt's where that was overtaken too often."""
        shapes = self._next()
        group = self._groups[shapes]
        self._passed_over = 0 if shapes == self._oldest() else self._passed_over + 1
        batch = [
            group.popleft()[1] for _ in range(min(len(group), self.capacity(group[0][1].tokens)))
        ]
        if not group:
            del self._groups[shapes]
        return batch

    def drop_cancelled(self) -> list[Prompt]:
        """Take out those whose answers nobody awaits any more."""
        dropped = []
        for shapes, group in list(self._groups.items()):
            left = deque[tuple[int, Prompt]]()
            for arrival, prompt in group:
                if prompt.answer.cancelled():
                    dropped.append(prompt)
                else:
                    left.append((arrival, prompt))
            if left:
                self._groups[shapes] = left
            else:
                del self._groups[shapes]
        return dropped

    def clear(self) -> list[Prompt]:
        """Take all of them out."""
        dropped = [prompt for group in self._groups.values() for _, prompt in group]
        self._groups.clear()
        return dropped

    def _next(self) -> Shapes:
        oldest = self._oldest()
        if self._passed_over >= PASSED_OVER:
            return oldest
        # Of equally full ones the one with the oldest prompt.
        return max(self._groups, key=lambda s: (self._fullness(s), -self._groups[s][0][0]))

    def _oldest(self) -> Shapes:
        return min(self._groups, key=lambda shapes: self._groups[shapes][0][0])

    def _fullness(self, shapes: Shapes) -> float:
        group = self._groups[shapes]
        return min(1.0, len(group) / self.capacity(group[0][1].tokens))
