"""`demitasse import`: annotation files of other datasets, read into one typed form."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson

if TYPE_CHECKING:
    from pipeline.imports.sink import Report

app = typer.Typer(
    help="Read annotation files of other datasets into one typed form.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

File = Annotated[Path, typer.Argument(help="The annotation file.", show_default=False)]
Out = Annotated[
    Path,
    typer.Argument(help="The folder to write; an earlier import is replaced.", show_default=False),
]
Split = Annotated[
    str | None,
    typer.Option(
        "--split", help="What to call the split; default: by the file's name.", show_default=False
    ),
]


@app.command("videoespresso")
def videoespresso(
    file: File,
    out: Out,
    box_form: Annotated[
        str | None,
        typer.Option(
            "--box-form",
            help="What the numbers of boxes are: centre-1, centre-100, centre-1000, corners-1, "
            "corners-100, corners-1000; default: what nearly all boxes of the file fit.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """VideoEspresso's released train or test file, JSON or JSON Lines."""
    from pipeline.cli.counting import counting
    from pipeline.imports.videoespresso import import_videoespresso

    with counting("rows", None) as progress:
        report = import_videoespresso(file, out, box_form=box_form, progress=progress)
    if not as_json:
        _say_boxes(report)
    _end(report, out, as_json)


@app.command("nextgqa")
def nextgqa(
    file: File,
    out: Out,
    spans: Annotated[
        Path | None,
        typer.Option(
            "--spans",
            help="The stretches of video; default: gsub_NAME.json beside NAME.csv.",
            show_default=False,
        ),
    ] = None,
    split: Split = None,
    as_json: AsJson = False,
) -> None:
    """NExT-GQA's questions (a CSV) with the stretches of video that bear the answers."""
    from pipeline.cli.counting import counting
    from pipeline.imports.nextgqa import import_nextgqa, spans_file

    located = spans or spans_file(file)
    with counting("rows", None) as progress:
        report = import_nextgqa(file, out, spans=located, split=split, progress=progress)
    _end(report, out, as_json)


@app.command("charades-sta")
def charades_sta(
    file: File,
    out: Out,
    durations: Annotated[
        Path | None,
        typer.Option(
            "--durations",
            help="How long the videos are: Charades_v1_train.csv, or JSON by video.",
            show_default=False,
        ),
    ] = None,
    split: Split = None,
    as_json: AsJson = False,
) -> None:
    """Charades-STA's sentences: its text file, or JSON in ActivityNet Captions' form."""
    from pipeline.cli.counting import counting
    from pipeline.cli.talk import talk
    from pipeline.imports.charades_sta import import_charades_sta
    from pipeline.imports.durations import read_durations

    lengths = read_durations(durations) if durations is not None else {}
    with counting("rows", None) as progress:
        report = import_charades_sta(file, out, durations=lengths, split=split, progress=progress)
    unchecked = report.found["without_length"]
    if unchecked and not as_json:
        talk(
            f"{unchecked} rows are of videos whose length is not known, and the ends of their "
            "spans are not checked: give --durations"
        )
    _end(report, out, as_json)


def _say_boxes(report: "Report") -> None:
    from pipeline.cli.talk import literal, talk

    found = report.found
    if found["box_form"] is None:
        talk("no box has numbers")
    elif found["box_form_given"]:
        talk(f"{found['boxes']} boxes read as {literal(found['box_form'])}, as you say")
    else:
        share = f"{found['boxes_that_fit']:.1%} of {found['boxes']}"
        talk(f"boxes read as {literal(found['box_form'])}, which {share} fit; see --box-form")
    named = ", ".join(f"{n} {scheme}" for scheme, n in found["frame_names"].items())
    talk(f"frames by the scheme of their names: {named or 'none'}")
    if found["unknown_fields"]:
        talk(f"fields that mean nothing here: {literal(', '.join(found['unknown_fields']))}")


def _end(report: "Report", out: Path, as_json: bool) -> None:
    from dataclasses import asdict

    from pipeline.cli import exit_codes
    from pipeline.cli.talk import emit, literal, talk
    from pipeline.imports.sink import UNRESOLVED

    if as_json:
        emit({"out": str(out), **asdict(report)})
    else:
        typer.echo(out)
        counts = ", ".join(f"{n} {split}" for split, n in report.imported.items()) or "none"
        talk(f"{report.rows} rows: {counts} imported, {report.left_out} left out")
        for code, count in report.problems.items():
            talk(f"  {code}: {count}")
        if report.problems:
            talk(f"each of them is a line of {literal(out / UNRESOLVED)}")
        talk(f"next: [bold]datasets.load_dataset({literal(repr(str(out)))})[/bold]")
    raise typer.Exit(exit_codes.PARTIAL if report.left_out else exit_codes.DONE)
