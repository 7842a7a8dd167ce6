"""What is told of a dataset besides the numbers of its rows: what made it, and how."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.prompts import Prompt
from pipeline.publish.statistics import Statistics
from pipeline.recipe import Identity


@dataclass(frozen=True)
class ModelUse:
    """A model or program, and the prompt that it was asked with."""

    stage: str
    writer: str
    model: str
    prompt: str = ""
    prompt_sha256: str = ""


@dataclass(frozen=True)
class CardFacts:
    """All that the card is made of, besides the numbers of the data."""

    title: str
    identity: Identity
    recipe_hash: str
    models: tuple[ModelUse, ...]
    """Those that leave no provenance in a sample: captioner, embedder, detectors."""
    prompts: tuple[Prompt, ...]
    """All that the recipe asks with, in the order of the stages."""
    version: str
    """Demitasse's."""

    def summary(self, samples: int) -> str:
        """What the dataset is, in two sentences."""
        return (
            f"Questions about video that take several frames to answer ({samples} of them), each "
            "with its answer, the core frames it rests on, a line of written evidence, boxes for "
            "the objects that the evidence names, and times for its claims. Built with Demitasse "
            f"{self.version}."
        )


def models_of(facts: CardFacts, statistics: Statistics) -> list[ModelUse]:
    """The models of the recipe, and those that the rows name."""
    asked = {
        ModelUse(p.stage, p.writer, p.model, p.prompt, p.prompt_sha256)
        for p in statistics.provenance
    }
    order = sorted(asked, key=lambda m: (m.stage, m.writer, m.model, m.prompt, m.prompt_sha256))
    return [*facts.models, *order]


def without_place(name: str) -> str:
    """The last part of an absolute path; any other text as it is."""
    path = Path(name)
    return path.name if path.is_absolute() or name.startswith("~") else name


def distinct(prompts: Iterable[Prompt | None]) -> tuple[Prompt, ...]:
    """Each prompt once, in the order of its first use."""
    return tuple(dict.fromkeys(prompt for prompt in prompts if prompt is not None))
