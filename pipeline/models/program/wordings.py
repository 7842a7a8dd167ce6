"""Wordings: the sentences of a prompt file, chosen by a hash and filled in.

The body of a program's prompt is YAML: kinds of facts, each with lists of Jinja sentences.
They lie in `prompts/` so that they are hashed, versioned and printed in the card.
"""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Annotated, Any

import yaml
from blake3 import blake3
from jinja2 import TemplateError
from pydantic import Field, TypeAdapter, ValidationError

from pipeline.errors import PromptError
from pipeline.models.coco import many, one
from pipeline.models.program.observations import Side, distinct, side
from pipeline.prompts import Prompt, template
from pipeline.records import DetectedObject

_KINDS = TypeAdapter(dict[str, dict[str, Annotated[list[str], Field(min_length=1)]]])


class Wordings:
    """The sentences of one prompt.

    Raises:
        PromptError: its body is not lists of sentences by kind and part.
    """

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._kinds = _sentences(prompt)

    def say(self, kind: str, part: str, seed: str, **slots: Any) -> str:
        """A sentence of a kind: the same for the same seed, varied between seeds.

        Raises:
            PromptError: the prompt has no such sentences, or they ask for another slot.
        """
        try:
            choices = self._kinds[kind][part]
            return template(pick(choices, seed + kind + part)).render(**slots)
        except (KeyError, TypeError, TemplateError) as error:
            raise PromptError(
                f"prompt {self._prompt.id}: `{kind}.{part}` cannot be said: {error}"
            ) from error


@cache
def _sentences(prompt: Prompt) -> dict[str, dict[str, list[str]]]:
    # Reading YAML takes longer than all that is said about one question.
    try:
        return _KINDS.validate_python(yaml.safe_load(prompt.body))
    except (yaml.YAMLError, ValidationError) as error:
        raise PromptError(
            f"prompt {prompt.id}: its body is no table of sentences by kind and part: "
            f"{' '.join(str(error).split())}"
        ) from error


def pick(choices: Sequence[str], seed: str) -> str:
    """One of the choices, by hash."""
    return choices[rank(seed) % len(choices)]


def rank(seed: str) -> int:
    """A number drawn from a hash."""
    return int.from_bytes(blake3(seed.encode()).digest(8), "big")


def listed(words: Sequence[str]) -> str:
    """`a car`, `a car and a bus`, `a car, a bus and a person`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def seconds(value: float) -> str:
    """A moment in words: `3.4 seconds`."""
    return f"{value:.1f} seconds"


def place(where: Side | None) -> str:
    """A side in words that follow a verb; nothing where an object is on neither."""
    return "" if where is None else "in the centre" if where == "centre" else f"on the {where}"


def things(objects: Sequence[DetectedObject], with_places: bool = True) -> list[str]:
    """`a car on the left`, `people in the centre`: by label and side, never with a number.

    A label of which one object is on no side has no places, lest `a car and a car` be said.
    """
    order = {"left": 0, "centre": 1, "right": 2, None: 3}
    told = distinct(objects)
    nowhere = {o.label for o in told if side(o.bbox) is None}
    keys = sorted(
        ((None if o.label in nowhere or not with_places else side(o.bbox), o.label) for o in told),
        key=lambda key: (order[key[0]], key[1]),
    )
    return [
        f"{one(label) if len(list(same)) == 1 else many(label)} {place(where)}".strip()
        for (where, label), same in groupby(keys)
    ]
