"""What `publish --push` does behind the publication: checks, the upload, and where it lies then."""

from dataclasses import asdict
from pathlib import Path

import typer

from pipeline.cli import exit_codes
from pipeline.cli.talk import console, emit, literal, talk
from pipeline.cli.validation_text import report_lines
from pipeline.engine.workspace import Workspace
from pipeline.publish.clearance import check_licences
from pipeline.publish.dataset import STAGE
from pipeline.publish.folder import published_key
from pipeline.publish.hub import without_bars
from pipeline.publish.push import Pushed, push
from pipeline.storage.place import Place
from pipeline.validation.finding import Report
from pipeline.validation.validate import validate


def is_current(workspace: Workspace, dataset: Place) -> bool:
    """Whether the folder holds what the workspace's last publication was to write."""
    saved = workspace.saved_plan(STAGE)
    keys = saved.keys.to_pylist() if saved else []
    return published_key(dataset) in {key.hex() for key in keys}


def push_dataset(dataset: Path, repo: str, *, public: bool, as_json: bool) -> int:
    """Check the dataset, push it and say where it lies; returns the exit status.

    Raises:
        DemitasseError: a licence is unknown, or the hub does not take it.
    """
    check_licences(dataset)
    with console.status("validating") as spinner:
        report = validate(dataset, progress=lambda n: spinner.update(f"validating: {n:,} rows"))
    if not report.ok:
        _refuse(report, repo, as_json=as_json)
        return exit_codes.FAILED
    if warnings := report.count("warning"):
        command = f"demitasse validate {literal(dataset)}"
        talk(f"validation: no errors, {warnings} warnings: [bold]{command}[/bold] lists them")
    else:
        talk("validation: no errors, no warnings")
    talk(f"pushing to {literal(repo)}")
    if not console.is_terminal:
        without_bars()
    pushed = push(
        dataset,
        repo,
        public=public,
        progress=lambda stored, of: talk(f"{stored} of {of} files are stored"),
    )
    if as_json:
        emit({"event": "pushed", **asdict(pushed)})
    else:
        _show(pushed)
    return exit_codes.DONE


def _refuse(report: Report, repo: str, *, as_json: bool) -> None:
    errors = report.count("error")
    if as_json:
        emit({"event": "push_refused", "repo": repo, **asdict(report)})
    else:
        for line in report_lines(report):
            talk(literal(line))
    talk(
        f"[red]error:[/red] validation found {errors} errors in {literal(report.dataset)}, so "
        "nothing was pushed"
    )


def _show(pushed: Pushed) -> None:
    typer.echo(pushed.url)
    done = f"{pushed.uploaded} files uploaded, {pushed.unchanged} as they were"
    talk(f"{done}, {pushed.removed} of an earlier publication removed")
    repo = literal(pushed.repo)
    load = literal(f'datasets.load_dataset("{pushed.repo}")')
    if pushed.private:
        command = f"hf repos settings {repo} --type dataset --public"
        talk(f"it is private: look at its card there, then [bold]{command}[/bold] opens it to all")
    talk(f"load it: [bold]{load}[/bold]")
