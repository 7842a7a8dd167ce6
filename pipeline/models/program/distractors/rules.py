"""The tables of `prompts/options/program.md`: which words make a sentence false."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from pipeline.errors import PromptError
from pipeline.prompts import Prompt

Place = tuple[str, int, int]
"""Kind, pole, and the phrase's place in its pole."""


class Rules(BaseModel):
    """The body of the prompt, checked."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    opposites: dict[str, tuple[tuple[str, ...], ...]]
    numbers: tuple[str, ...]
    hedges: tuple[str, ...]
    order: tuple[str, ...]
    asks_order: tuple[str, ...]
    families: tuple[tuple[str, ...], ...]

    @model_validator(mode="after")
    def _aligned(self) -> "Rules":
        owner: dict[str, str] = {}
        for kind, poles in self.opposites.items():
            if len(poles) < 2 or len({len(pole) for pole in poles}) != 1:
                raise ValueError(f"opposites.{kind} needs two or more poles of one length")
            for phrase in {p for pole in poles for p in pole}:
                if owner.setdefault(phrase, kind) != kind:
                    raise ValueError(f"{phrase!r} stands in {owner[phrase]} and in {kind}")
        return self

    @cached_property
    def places(self) -> dict[str, Place]:
        """Where each phrase stands; of a repeated one, its first place."""
        places: dict[str, Place] = {}
        for kind, poles in self.opposites.items():
            for number, pole in enumerate(poles):
                for at, phrase in enumerate(pole):
                    places.setdefault(phrase, (kind, number, at))
        return places

    @cached_property
    def phrases(self) -> re.Pattern[str]:
        """Any phrase of the opposites."""
        return _any_of(self.places)

    @cached_property
    def moments(self) -> re.Pattern[str]:
        """Any word that tells one moment from the next."""
        return _any_of(self.order)

    @cached_property
    def asking(self) -> re.Pattern[str]:
        """Any word by which a question asks for an order."""
        return _any_of(self.asks_order)

    @cached_property
    def counting(self) -> re.Pattern[str]:
        """Any number word."""
        return _any_of(self.numbers)

    @cached_property
    def hedged(self) -> re.Pattern[str]:
        """A hedge at the end of what stands before a number."""
        return re.compile(rf"{_any_of(self.hedges).pattern}\s+$", re.IGNORECASE)

    @cached_property
    def family_of(self) -> dict[str, frozenset[str]]:
        """The other objects of each object's family."""
        return {label: frozenset(family) - {label} for family in self.families for label in family}


@dataclass(frozen=True)
class Phrase:
    """A phrase of the opposites in a text."""

    start: int
    end: int
    kind: str
    pole: int
    at: int


def find_phrases(rules: Rules, text: str) -> list[Phrase]:
    """All phrases of the opposites, in the order of the text."""
    return [
        Phrase(m.start(), m.end(), *rules.places[m.group().casefold()])
        for m in rules.phrases.finditer(text)
    ]


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds whole words or phrases, the longest first."""
    longest = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b", re.IGNORECASE)


@cache
def read_rules(prompt: Prompt) -> Rules:
    """The tables of a prompt; read once, since reading YAML takes longer than all that follows.

    Raises:
        PromptError: its body does not hold these tables.
    """
    try:
        return Rules.model_validate(yaml.safe_load(prompt.body))
    except (yaml.YAMLError, ValidationError) as error:
        raise PromptError(
            f"prompt {prompt.id}: its body is no table of distractor rules: {error}"
        ) from error
