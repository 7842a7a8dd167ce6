"""`demitasse validate`: what is wrong with a dataset, ours or another's, rule by rule."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, local_path


def validate(
    dataset: Annotated[
        Path,
        typer.Argument(
            help="A dataset's folder, or one of its files.", parser=local_path, show_default=False
        ),
    ],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="What its files are; told by their fields otherwise.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="RULE", help="Apply this rule; may be repeated."),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option("--skip", metavar="RULE", help="Leave this rule out; may be repeated."),
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Rows that each finding names.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Check a dataset: intervals, boxes, media, tags, options, splits, duplicates, leakage."""
    from dataclasses import asdict

    from pipeline.cli import exit_codes
    from pipeline.cli.talk import console, emit
    from pipeline.cli.validation_text import next_step, report_lines
    from pipeline.validation.limits import Limits
    from pipeline.validation.validate import validate as check

    with console.status("reading") as spinner:
        report = check(
            dataset,
            format_name=format_,
            only=only or (),
            skip=skip or (),
            limits=Limits(examples=rows),
            progress=lambda read: spinner.update(f"{read:,} rows read"),
        )
    if as_json:
        counts = {"ok": report.ok, "errors": report.count("error")}
        emit({**counts, "warnings": report.count("warning"), **asdict(report)})
    else:
        for line in report_lines(report):
            typer.echo(line)
        console.print(next_step(report))
    raise typer.Exit(exit_codes.DONE if report.ok else exit_codes.FAILED)
