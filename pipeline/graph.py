"""Which stages a recipe runs, in which order, and where their outside tables come from.

inputs -> videos -> frames -> scenes [-> looks -> screening] -> captions -> embeddings
       -> core_frames -> questions -> verdicts -> evidence -> detections -> extents -> grounding
       -> options [-> rollouts] -> selection -> publish

Those in brackets only where the recipe has a filter on, or names a problem for rollouts.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Final

from pipeline.engine.planner import Planner, Retry
from pipeline.engine.stage import Stage
from pipeline.engine.workspace import Workspace
from pipeline.errors import UsageError
from pipeline.llm.session import Session, uses_endpoints
from pipeline.overrides import BOX_OVERRIDES, OVERRIDES, read_box_overrides, read_overrides
from pipeline.recipe import Identity, Recipe
from pipeline.records import BoxOverride, Input, Override, Record
from pipeline.stages import (
    captions,
    core_frames,
    detections,
    embeddings,
    evidence,
    extents,
    frames,
    grounding,
    looks,
    options,
    publish,
    questions,
    rollouts,
    scenes,
    screening,
    selection,
    verdicts,
    videos,
)
from pipeline.storage.place import Place
from pipeline.tasks import RecipeKind

DATASET = "dataset"

_SEEN = (videos, frames, scenes, captions, embeddings, core_frames)
"""What every recipe knows of its videos before it asks anything."""

_RECIPES: Final[dict[RecipeKind, tuple[ModuleType, ...]]] = {
    "videoespresso": (
        *_SEEN,
        questions,
        verdicts,
        evidence,
        detections,
        extents,
        grounding,
        options,
        selection,
    )
}

_FILTERING = (looks, screening)
"""Those that come before `captions` where a filter is on."""

_ASKING = (captions, questions, verdicts, evidence, detections, options, rollouts)
"""Those whose model may be behind an endpoint, and so may need a session."""


def stages(
    recipe: Recipe,
    dataset: Place,
    session: Session | None = None,
    removed: frozenset[str] = frozenset(),
) -> list[Stage]:
    """The recipe's stages in the order they run.

    Args:
        dataset: the folder to publish to.
        session: how endpoints are asked; only for a run of a recipe that names one.
        removed: contents that were taken down; only for a run.
    """
    chain = [
        module.stage(recipe, session) if module in _ASKING else module.stage(recipe)
        for module in _modules(recipe.identity)[1:]
    ]
    return [videos.stage(recipe, removed), *chain, publish.stage(recipe, dataset)]


def _modules(identity: Identity) -> tuple[ModuleType, ...]:
    modules = _RECIPES[identity.recipe]
    if identity.rollouts.on:
        at = modules.index(selection)
        modules = (*modules[:at], rollouts, *modules[at:])
    at = modules.index(captions)
    return (*modules[:at], *_FILTERING, *modules[at:]) if identity.filters.any else modules


def session_of(recipe: Recipe, root: Place) -> Session | None:
    """A session with the recipe's endpoints over a workspace; None where it names none."""
    if not uses_endpoints(recipe):
        return None
    return Session(root.resolve(), recipe.runtime)


def check_stage_name(chain: Sequence[Stage], name: str) -> str:
    """The name, if a stage has it.

    Raises:
        UsageError: none has; the message lists those that exist.
    """
    names = [stage.name for stage in chain]
    if name not in names:
        raise UsageError(f"there is no stage {name!r}; the stages are {', '.join(names)}")
    return name


def planner(workspace: Workspace, inputs: Sequence[Input], retry: Retry | None = None) -> Planner:
    """A planner whose outside tables are these inputs and the workspace's overrides."""
    tables: dict[type[Record], Sequence[Record]] = {
        Input: inputs,
        Override: read_overrides(workspace.root / OVERRIDES),
        BoxOverride: read_box_overrides(workspace.root / BOX_OVERRIDES),
    }

    def externals(record: type[Record]) -> Sequence[Record]:
        return tables[record]

    return Planner(workspace, externals, retry)
