"""`demitasse benchmark`: a balanced, reviewed, versioned benchmark out of a dataset."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, local_path

if TYPE_CHECKING:
    from pipeline.benchmark.manifest import Manifest


def benchmark(
    dataset: Annotated[
        Path, typer.Argument(help="A published dataset.", parser=local_path, show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Argument(help="The folder to write; an earlier benchmark is replaced."),
    ],
    cap: Annotated[
        int, typer.Option("--cap", min=1, help="Questions of a task at most.", show_default=False)
    ],
    version: Annotated[
        str, typer.Option("--version", help="Of the benchmark, as it will be cited.")
    ] = "1.0",
    previous: Annotated[
        Path | None,
        typer.Option(
            "--previous", help="An earlier version, to say what changed.", show_default=False
        ),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet", help="Write a sheet for people to review: a CSV.", show_default=False
        ),
    ] = None,
    reviewed: Annotated[
        list[Path] | None,
        typer.Option(
            "--reviewed",
            help="A sheet that was filled in; twice for two reviewers.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Choose test questions by task, balance their lengths and letters, and write them as a
    dataset."""
    import json

    from pipeline.benchmark.build import Order, build
    from pipeline.benchmark.manifest import manifest_text
    from pipeline.benchmark.phrases import some
    from pipeline.benchmark.sheet import check_sheet, write_sheet
    from pipeline.cli.counting import counting
    from pipeline.cli.talk import emit, literal, talk
    from pipeline.publish.exports.export import count_samples

    if sheet is not None:
        check_sheet(sheet, out)
    count = count_samples(dataset)
    order = Order(cap, version, previous, tuple(reviewed or ()))
    with counting("samples", count) as progress:
        made = build(dataset, out, order, progress)
    rows = write_sheet(out, sheet) if sheet is not None else 0
    if as_json:
        emit({"out": str(out), **json.loads(manifest_text(made))})
        return
    typer.echo(out)
    _say(made)
    if sheet is not None:
        talk(f"{literal(sheet)} has {some(rows, 'question')} to decide: keep, fix or reject")


def _say(made: "Manifest") -> None:
    from pipeline.benchmark.phrases import some
    from pipeline.cli.talk import literal, talk

    talk(
        f"version {literal(made.version)}: {some(made.questions, 'question')} of "
        f"{some(len(made.tasks), 'task')} about {some(made.videos, 'video')}"
    )
    left = ", ".join(f"{n} {literal(code)}" for code, n in made.left_out.items())
    talk(f"left out: {left or 'none'}")
    before, after = made.before, made.after
    talk(
        f"length gap: mean {before.mean:.1f} before, {after.mean:.1f} now; right by picking the "
        f"longest option: {100 * before.right_by_length:.1f} % before, "
        f"{100 * after.right_by_length:.1f} % now"
    )
    letters = ", ".join(f"{letter} {n}" for letter, n in made.letters.items())
    talk(f"letters: {letters}; {made.letters_moved} moved")
    if made.review is not None:
        talk("review: " + ", ".join(f"{n} {choice}" for choice, n in made.review.decisions.items()))
        if made.review.agreement is not None:
            kappa = made.review.agreement.kappa
            talk(f"Cohen's kappa: {'undefined' if kappa is None else f'{kappa:.2f}'}")
    if made.changes is not None:
        found = made.changes
        talk(
            f"against {literal(found.previous)}: {len(found.added)} added, {len(found.removed)} "
            f"removed, {len(found.changed)} changed, {found.unchanged} unchanged"
        )
