"""A recipe for one of several runs that press the same endpoints at the same time."""

from typing import Any

from pipeline.recipe.endpoint import EndpointModel
from pipeline.recipe.recipe import ASKED, Recipe


def divided(recipe: Recipe, count: int) -> Recipe:
    """The recipe with its share of the calls in flight and of the rates, at least one of each.

    They are what an endpoint takes from all of us together. A server that a run starts has nobody
    else to serve, so its limits stay as they are.
    """
    changed = {
        section: getattr(recipe.runtime, section).model_copy(
            update=_share(getattr(recipe.runtime, section), count)
        )
        for section in ASKED
        if not _has_its_own(recipe, section)
    }
    return recipe.model_copy(update={"runtime": recipe.runtime.model_copy(update=changed)})


def _has_its_own(recipe: Recipe, section: str) -> bool:
    model = getattr(recipe.identity, section)
    return isinstance(model, EndpointModel) and model.kind == "server"


def _share(runtime: Any, count: int) -> dict[str, int]:
    limits = ("in_flight", "requests_per_minute", "tokens_per_minute")
    there = {name: getattr(runtime, name) for name in limits}
    return {name: max(1, value // count) for name, value in there.items() if value is not None}
