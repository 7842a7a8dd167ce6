"""`demitasse plan`: what a run would do and why, before any of it is done."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, Limit, RecipePath, Sets, Videos, Work


def plan(
    recipe: RecipePath,
    videos: Videos = None,
    work: Work = None,
    limit: Limit = None,
    set_: Sets = None,
    pilot: Annotated[
        int | None,
        typer.Option(
            "--pilot",
            min=1,
            help="Really run this many videos (they stay done) and project the rest.",
            show_default=False,
        ),
    ] = None,
    batch: Annotated[
        bool, typer.Option("--batch", help="Reckon with the batch API's prices.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what would run: new, changed and failed units, disk and time."""
    import os
    from dataclasses import asdict

    from rich.table import Table

    from pipeline.adoptions import adopted
    from pipeline.cli.building import Job, build, default_root, settle
    from pipeline.cli.spending import show_forecast
    from pipeline.cli.talk import console, emit, literal, talk
    from pipeline.engine.forecast import forecast
    from pipeline.engine.workspace import Workspace
    from pipeline.graph import DATASET, planner, session_of, stages
    from pipeline.inputs import find_inputs
    from pipeline.llm.attempts import spend
    from pipeline.recipe_file import load_recipe
    from pipeline.stages.costing import Costing

    settings = settle(load_recipe(recipe, set_ or []), videos)
    root = work or default_root(settings)
    if pilot is not None:
        build(Job(settings, root, "local", "", last="selection", limit=pilot), as_json=as_json)
    settings = adopted(settings, Workspace.at(root).store)
    inputs = find_inputs(settings.inputs)[:limit]
    with tempfile.TemporaryDirectory() as empty:
        # Planning writes tables of inputs: into the workspace only where there is one.
        there = Workspace.at(root).store.exists("workspace.json")
        workspace = Workspace.at(root if there else Path(empty))
        session = session_of(settings, workspace.root)
        chain = stages(settings, root / DATASET, session)
        cpus = settings.runtime.engine.cpus or os.cpu_count() or 1
        costing = None
        if session is not None:
            costing = Costing(settings, workspace.store, spend(workspace.store), batch)
        entries = forecast(planner(workspace, inputs), chain, cpus, costing)
    calls = costing.found if costing else []
    if as_json:
        stages_told = [asdict(e) for e in entries]
        emit({"inputs": len(inputs), "stages": stages_told, "calls": [asdict(c) for c in calls]})
        return
    table = Table(box=None)
    for column in ("stage", "units", "reused", "new", "changed", "failed", "more", "time", "disk"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for e in entries:
        numbers = (e.units, e.reused, e.new, e.changed, e.failed)
        more = f"~{e.projected}" if e.projected else ""
        table.add_row(e.name, *map(str, numbers), more, _time(e.seconds), _disk(e.disk_bytes))
    console.print(f"{len(inputs)} inputs, workspace {literal(root)}")
    console.print(table)
    if calls:
        show_forecast(calls)
    if costing and costing.unknown:
        talk(
            f"calls of {', '.join(costing.unknown)} are not to be told yet: their input is missing"
        )
    unknown = [e.name for e in entries if e.seconds is None]
    if unknown:
        talk(f"no history yet for {', '.join(unknown)}: --pilot 1 runs one video to measure")
    talk(f"run it: [bold]demitasse run {literal(recipe)}[/bold]")


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "?"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _disk(size: int | None) -> str:
    return "?" if size is None else f"{size / 1e6:.1f} MB"
