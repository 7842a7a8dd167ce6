"""`demitasse adopt`: a model changed its name and not itself; its results stay."""

from typing import Annotated

import typer

from pipeline.cli.options import AsJson, WorkArgument


def adopt(
    work: WorkArgument,
    model: Annotated[
        str,
        typer.Option("--model", metavar="OLD=NEW", help="The label so far, and the new name."),
    ],
    as_json: AsJson = False,
) -> None:
    """Keep the results of a model that is now called by another name."""
    from dataclasses import asdict

    from pipeline.adoptions import adopt as record
    from pipeline.cli.talk import emit, literal, talk
    from pipeline.cli.workspaces import existing
    from pipeline.errors import UsageError
    from pipeline.llm.attempts import spend

    old, separator, new = model.partition("=")
    if not (separator and old and new):
        raise UsageError(f"--model needs OLD=NEW, not {model!r}")
    workspace = existing(work)
    with workspace.writing():
        known = {entry.label for entry in spend(workspace.store)}
        adoption = record(workspace.store, known, old, new)
    if as_json:
        emit(asdict(adoption))
    else:
        typer.echo(f"{adoption.new} keeps the results of {adoption.old}")
        talk("a recipe that names the new model reruns nothing: [bold]demitasse plan RECIPE[/bold]")
        talk(f"recorded in {literal(workspace.root / 'adopted.json')}")
