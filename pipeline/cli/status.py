"""`demitasse status`: what each stage kept, rejected and failed, and why."""

from typing import Annotated

import typer

from pipeline.cli.options import AsJson, WorkArgument


def status(
    work: WorkArgument,
    problems: Annotated[
        int, typer.Option("--problems", min=0, help="Rejected and failed units to list a stage.")
    ] = 5,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Follow the run that is going, until it ends; takes no lock."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show how far a workspace is, a recipe's or an evaluation's."""
    from dataclasses import asdict

    from rich.table import Table

    from pipeline.adoptions import adoptions
    from pipeline.cli.spending import show_spend
    from pipeline.cli.talk import console, emit, literal, talk
    from pipeline.cli.workspaces import chain_of, existing
    from pipeline.engine.browse import read_table
    from pipeline.engine.status import status as read_status
    from pipeline.harness.settings_file import USED
    from pipeline.llm.attempts import spend
    from pipeline.records import ScreenCount
    from pipeline.stages.screen_counts import frames_by_outcome

    (names, runtime), workspace = chain_of(work), existing(work)
    if watch:
        from pipeline.cli.watching import watch as follow

        follow(workspace.store, as_json=as_json)
        return
    entries = read_status(workspace, names, problems)
    spending = spend(workspace.store)
    said = adoptions(workspace.store)
    screened = (
        frames_by_outcome(read_table(workspace, "screening", ScreenCount))
        if any(entry.name == "screening" for entry in entries)
        else {}
    )
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
                ],
                "screened_frames": screened,
                "spend": [asdict(line) for line in spending],
                "budget": runtime.budget.model_dump(mode="json"),
                "adopted": [asdict(entry) for entry in said],
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
    if screened:
        talk("screening, by frame: " + ", ".join(f"{n} {code}" for code, n in screened.items()))
    if spending:
        show_spend(spending, runtime.budget)
    for entry in said:
        talk(f"{literal(entry.new)} keeps the label {literal(entry.old)}, as said {entry.at}")
    for e in entries:
        for problem in e.problems:
            talk(
                f"{e.name}: [bold]{literal(problem.unit)}[/bold] {problem.status} "
                f"({literal(problem.code)}): {literal(problem.message)}"
            )
    if any(e.counts.failed for e in entries):
        again = f"demitasse retry {literal(work)}"
        if workspace.store.exists(USED):
            again = "the same demitasse evaluate command with --retry"
        talk(f"try failed units again: [bold]{again}[/bold]")
