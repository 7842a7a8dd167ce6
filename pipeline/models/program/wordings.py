"""Wordings: the sentences of a prompt file, chosen by a hash and filled in.

The body of a program's prompt is YAML: kinds of facts, each with lists of Jinja sentences.
They lie in `prompts/` so that they are hashed, versioned and printed in the card.
"""

from collections.abc import Sequence
from typing import Any

import yaml
from blake3 import blake3
from jinja2 import TemplateError

from pipeline.errors import PromptError
from pipeline.prompts import Prompt, environment


class Wordings:
    """The sentences of one prompt."""

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._kinds: dict[str, dict[str, list[str]]] = yaml.safe_load(prompt.body)

    def say(self, kind: str, part: str, seed: str, **slots: Any) -> str:
        """A sentence of a kind: the same for the same seed, varied between seeds.

        Raises:
            PromptError: the prompt has no such sentences, or they ask for another slot.
        """
        try:
            choices = self._kinds[kind][part]
            return environment().from_string(pick(choices, seed + kind + part)).render(**slots)
        except (KeyError, TypeError, TemplateError) as error:
            raise PromptError(
                f"prompt {self._prompt.id}: `{kind}.{part}` cannot be said: {error}"
            ) from error


def pick(choices: Sequence[str], seed: str) -> str:
    """One of the choices, by hash."""
    number = int.from_bytes(blake3(seed.encode()).digest(8), "big")
    return choices[number % len(choices)]


def listed(words: Sequence[str]) -> str:
    """`a car`, `a car and a bus`, `a car, a bus and a person`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def seconds(value: float) -> str:
    """A moment in words: `3.4 seconds`."""
    return f"{value:.1f} seconds"
