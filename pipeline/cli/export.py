"""`demitasse export`: a published dataset in the form that a training framework reads."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipeline.cli.options import AsJson, local_path

if TYPE_CHECKING:
    from pipeline.publish.exports.export import Exported

FormatName = Literal[
    "videoespresso",
    "llama-factory",
    "ms-swift",
    "trl",
    "verl",
    "video-r1",
    "pause-and-think",
    "ego-st",
]
"""As `pipeline.publish.exports.formats` has them: listed here so that `--help` imports nothing."""


def export(
    dataset: Annotated[
        Path, typer.Argument(help="A published dataset.", parser=local_path, show_default=False)
    ],
    out: Annotated[
        Path,
        typer.Argument(help="The folder to write; an earlier export is replaced."),
    ],
    format_: Annotated[
        FormatName, typer.Option("--format", "-f", help="Who is to read it.", show_default=False)
    ],
    training: Annotated[
        Literal["two-stage"] | None,
        typer.Option(
            "--training",
            help="two-stage: evidence, then answer, each with its settings (llama-factory, "
            "ms-swift).",
            show_default=False,
        ),
    ] = None,
    boxes: Annotated[
        Literal["certain", "verified", "all", "none"],
        typer.Option(
            "--boxes",
            help="certain: verified and the only one that the key item can be; verified; all.",
        ),
    ] = "certain",
    box_form: Annotated[
        str | None,
        typer.Option(
            "--box-form",
            help="How boxes are counted, where the format leaves a choice: unit, per-mille, "
            "qwen2.5-vl, pixels, centre-1000, centre-100, centre-1.",
            show_default=False,
        ),
    ] = None,
    videos: Annotated[
        list[Path] | None,
        typer.Option(
            "--videos",
            help="Your copies of the videos, files or folders, to link to (videoespresso, "
            "pause-and-think, ego-st).",
            show_default=False,
        ),
    ] = None,
    sizes: Annotated[
        str | None,
        typer.Option(
            "--sizes",
            help="Also write training sets of these sizes, each a part of the next: 63,126,252.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a dataset in the form of a training framework, and say which conventions it uses."""
    from dataclasses import asdict

    from pipeline.cli.counting import counting
    from pipeline.cli.talk import emit
    from pipeline.publish.exports.export import count_samples
    from pipeline.publish.exports.export import export as write
    from pipeline.publish.exports.formats import format_of

    form = format_of(format_, training)
    count = count_samples(dataset)
    copies = _copies(dataset, videos)
    with counting("samples", count) as progress:
        done = write(
            dataset,
            out,
            form,
            boxes=boxes,
            box_form=box_form,
            videos=copies,
            sizes=_sizes(sizes),
            progress=progress,
        )
    if as_json:
        emit({"out": str(out), **asdict(done)})
    else:
        typer.echo(out)
        _say(done, form.next_step.format(out=out, dataset=dataset))


def _sizes(text: str | None) -> tuple[int, ...]:
    from pipeline.errors import UsageError

    parts = [part.strip() for part in text.split(",")] if text else []
    if not all(part.isdecimal() for part in parts):
        raise UsageError(f"--sizes is {text!r}; it takes whole numbers with commas: 63,126,252")
    return tuple(map(int, parts))


def _copies(dataset: Path, places: list[Path] | None) -> dict[str, Path]:
    from pipeline.cli.talk import talk
    from pipeline.cutting.sources import find_videos
    from pipeline.publish.reading import samples

    if not places:
        return {}
    wanted = {row.video for row in samples(dataset, pictures=False)}
    found = find_videos(places, wanted)
    talk(f"{len(found)} of {len(wanted)} videos are here")
    return found


def _say(done: "Exported", next_step: str) -> None:
    from pipeline.cli.talk import literal, talk

    told = done.conventions
    counts = ", ".join(f"{n} {split}" for split, n in done.samples.items()) or "no"
    talk(f"{counts} samples for {literal(told.consumer)}")
    talk(f"boxes: {literal(told.box_numbers)}; {literal(told.box_place)}")
    talk(f"{done.boxes} boxes written ({literal(told.boxes)}), {done.left_out} left out")
    talk(f"times: {literal(told.times)}")
    for note in told.notes:
        talk(f"note: {literal(note)}")
    talk(f"next: [bold]{literal(next_step)}[/bold]")
