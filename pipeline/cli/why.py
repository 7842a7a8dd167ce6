"""`demitasse why`: which input or setting changed the key of a unit."""

from typing import Annotated

import typer

from pipeline.cli.options import AsJson, WorkArgument


def why(
    work: WorkArgument,
    unit: Annotated[
        str, typer.Argument(help="A unit's id: a video, a frame window, a question ...")
    ],
    as_json: AsJson = False,
) -> None:
    """Say whether a unit would run again, and what changed since it last did."""
    from dataclasses import asdict

    from pipeline.cli.talk import emit, literal, talk
    from pipeline.cli.workspaces import existing, recipe_of
    from pipeline.engine.explain import Explanation, explain
    from pipeline.errors import UnknownUnitError
    from pipeline.graph import DATASET, planner, stages
    from pipeline.inputs import find_inputs

    workspace, recipe = existing(work), recipe_of(work)
    plans = planner(workspace, find_inputs(recipe.inputs))
    found: list[Explanation] = []
    for stage in stages(recipe, work / DATASET):
        todo, ledger = plans.work(stage)
        explanation = explain(workspace, todo, unit)
        if explanation is not None:
            found.append(explanation)
        plans.settle(stage, ledger, todo.found, complete=False)
    if not found:
        raise UnknownUnitError(
            f"no stage of {work} has a unit {unit!r}: "
            "`demitasse status --problems 50` and `demitasse inspect` show ids"
        )
    if as_json:
        emit({"units": [asdict(e) for e in found]})
        return
    for e in found:
        talk(f"[bold]{e.stage}[/bold] {literal(e.unit)}: {literal(e.status)}  key {e.key}")
        if not e.differences:
            talk("  nothing changed since it ran" if e.ran_before else "  it never ran before")
        for d in e.differences:
            talk(f"  {d.what} {literal(d.name)}: {literal(d.before)} -> {literal(d.after)}")
