"""`gc`: what counts in a workspace, so that the rest may go.

Two things call for a result: the last run, which may have gone over a few videos only, with all
partitions since, and the workspace's recipe over all its inputs, as the next run would plan it. So
neither a `--limit`, nor a pilot, nor a run that was killed before it could save its plan costs
anything that is done.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from pipeline.engine.garbage import Called, Garbage, collect, find_garbage
from pipeline.engine.pruning import texts
from pipeline.engine.workspace import Workspace
from pipeline.graph import DATASET, planner, stages
from pipeline.inputs import find_inputs
from pipeline.llm import attempts, responses
from pipeline.llm.forgetting import Touched, rewrite, touched
from pipeline.llm.journal import tidy
from pipeline.recipe import Recipe

UNITS: Final = "units"
ANSWERS: Final = "answers"
"""Kinds beside those of `pipeline.engine.garbage`: units of files that stay, and answers."""

DAY: Final = 86_400.0


@dataclass(frozen=True)
class Calls:
    """What a run would look for, and who would ask."""

    called: Called
    units: Mapping[str, set[str]]
    """Ids by stage."""


@dataclass(frozen=True)
class Collection:
    """What a `gc` removes."""

    garbage: Garbage
    answers: tuple[Touched, ...] = ()
    """Sealed files with answers that go."""
    dead: Callable[[Mapping[str, Any]], bool] = field(default=lambda record: False, repr=False)
    """Whether an answer goes."""

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """How many files (units, answers) and bytes; the bytes of units and answers are reckoned
        from their share of a file."""
        lumps = [(dead.kind, 1, dead.size) for dead in self.garbage.files]
        lumps += [(UNITS, int((~t.keep).sum()), t.size) for t in self.garbage.thinned]
        lumps += [(ANSWERS, file.rows, file.size) for file in self.answers]
        found: dict[str, tuple[int, int]] = {}
        for kind, count, size in lumps:
            before = found.get(kind, (0, 0))
            found[kind] = before[0] + count, before[1] + size
        return found


def survey(
    workspace: Workspace, recipe: Recipe, *, keep_days: float = 0.0, with_answers: bool = False
) -> Collection:
    """What nothing calls for; only for the holder of the workspace's lock.

    Args:
        recipe: the workspace's own.
        keep_days: what is younger is kept.
        with_answers: look at the stored answers as well.

    Raises:
        InputError: the recipe's inputs are not there, so nobody can tell what it calls for.
    """
    calls = calls_of(workspace, recipe)
    garbage = find_garbage(workspace, calls.called, keep_days * DAY)
    if not with_answers:
        return Collection(garbage)
    store = workspace.store
    tidy(store, [responses.FORM, attempts.FORM])
    named = _named(workspace, garbage)

    def dead(record: Mapping[str, Any]) -> bool:
        asked = calls.units.get(record["stage"], set[str]())
        return record["unit"] not in asked and record["key"] not in named

    files = touched(store, responses.FORM, ["key", "stage", "unit"], dead)
    return Collection(garbage, tuple(files), dead)


def remove(workspace: Workspace, collection: Collection) -> None:
    """Remove what a survey found; only for the holder of the workspace's lock.

    Raises:
        LeaseLostError: this process is not that any more.
    """
    workspace.still_ours()
    collect(workspace.store, collection.garbage)
    for file in collection.answers:
        rewrite(
            workspace.store,
            responses.FORM,
            file.name,
            lambda record: None if collection.dead(record) else record,
        )


def calls_of(workspace: Workspace, recipe: Recipe) -> Calls:
    """What the last run, partitions since, and the next run call for."""
    plans = planner(workspace, find_inputs(recipe.inputs))
    chain = stages(recipe, workspace.root / DATASET)
    keys: dict[tuple[str, str], list[pa.FixedSizeBinaryArray]] = defaultdict(list)
    units: dict[str, set[str]] = defaultdict(set)
    for stage in chain:
        for saved in workspace.saved_plans(stage.name).values():
            keys[stage.name, saved.identity].append(saved.keys)
            units[stage.name].update(saved.unit_ids.to_pylist())
        work, ledger = plans.work(stage)
        keys[stage.name, work.plan.identity].append(work.plan.keys)
        units[stage.name].update(work.plan.unit_ids.to_pylist())
        plans.settle(stage, ledger, work.found, complete=False)
    names = frozenset(stage.name for stage in chain)
    return Calls(Called(names, keys, frozenset(plans.imported)), units)


def _named(workspace: Workspace, garbage: Garbage) -> set[str]:
    """Keys of the requests behind the rows that stay."""
    store = workspace.store
    gone = {dead.name for dead in garbage.files}
    keep = {thinned.name: thinned.keep for thinned in garbage.thinned}
    return {
        key
        for stage in store.folder_names("stages")
        for identity in workspace.identities(stage)
        for folder in [workspace.stage_folder(stage, identity)]
        for name in store.names(folder)
        if name.endswith(".parquet") and f"{folder}/{name}" not in gone
        for key in texts(store, f"{folder}/{name}", "requests", keep.get(f"{folder}/{name}"))
    }
