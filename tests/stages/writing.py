"""A group in which the program finds questions, and rows of the stages that ask about it."""

from pathlib import Path
from typing import Any

from pipeline.recipe import Identity, Recipe
from pipeline.records import Question
from pipeline.stages import questions
from pipeline.stages.writing import GroupFrames
from pipeline.store import BlobStore, Store
from tests.models.program.groups import CENTRE, LEFT, RIGHT, group, seen
from tests.stages.units import kept, run, unit

BLOBS = BlobStore(Store(Path("unused")))

GROUP = GroupFrames(
    id="g",
    video="v",
    frames=tuple(
        group(
            (0, [seen("person", LEFT), seen("bicycle", CENTRE)]),
            (0, [seen("person", CENTRE)]),
            (0, [seen("person", RIGHT), seen("bicycle", CENTRE)]),
            (1, [seen("car", LEFT), seen("car", RIGHT)]),
        )
    ),
)


def recipe(**identity: Any) -> Recipe:
    return Recipe(name="t", identity=Identity.model_validate(identity))


def asked(**identity: Any) -> list[Question]:
    """The questions that the stage writes about the group."""
    made = questions.stage(recipe(**identity))
    (outcome,) = run(made, BLOBS, unit(made, "g", GROUP))
    return list(kept(outcome))
