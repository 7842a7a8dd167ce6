"""`demitasse status`: what each stage kept, rejected and failed, and why."""

from typing import Annotated

import typer

from pipeline.cli.options import AsJson, WorkArgument


def status(
    work: WorkArgument,
    problems: Annotated[
        int, typer.Option("--problems", min=0, help="Rejected and failed units to list a stage.")
    ] = 5,
    as_json: AsJson = False,
) -> None:
    """Show how far a workspace is."""
    from rich.table import Table

    from pipeline.cli.talk import console, emit, literal, talk
    from pipeline.cli.workspaces import existing, recipe_of
    from pipeline.engine.status import status as read_status
    from pipeline.graph import DATASET, stages

    names = [stage.name for stage in stages(recipe_of(work), work / DATASET)]
    entries = read_status(existing(work), names, problems)
    if as_json:
        emit(
            {
                "stages": [
                    {
                        "name": e.name,
                        "units": e.counts.units,
                        "kept": e.counts.kept,
                        "rejected": dict(e.counts.rejected),
                        "failed": dict(e.counts.failed),
                        "waiting": e.counts.units - e.counts.settled,
                        "seconds": round(e.seconds, 3),
                        "tokens": e.tokens,
                        "cost_usd": e.cost_usd,
                    }
                    for e in entries
                ]
            }
        )
        return
    table = Table(box=None)
    for column in ("stage", "units", "kept", "rejected", "failed", "waiting", "seconds"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for e in entries:
        numbers = (
            e.counts.units,
            e.counts.kept,
            sum(e.counts.rejected.values()),
            sum(e.counts.failed.values()),
            e.counts.units - e.counts.settled,
        )
        table.add_row(e.name, *map(str, numbers), f"{e.seconds:.1f}")
    console.print(table)
    for e in entries:
        for problem in e.problems:
            talk(
                f"{e.name}: [bold]{literal(problem.unit)}[/bold] {problem.status} "
                f"({literal(problem.code)}): {literal(problem.message)}"
            )
    if any(e.counts.failed for e in entries):
        talk(f"try failed units again: [bold]demitasse retry {literal(work)}[/bold]")
