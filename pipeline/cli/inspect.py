"""`demitasse inspect`: one question with all that led to it, as text or as a picture."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, WorkArgument
from pipeline.storage.place import Place

if TYPE_CHECKING:
    from pipeline.engine.workspace import Workspace
    from pipeline.inspection import GroupQuestions, Inspection, VideoQuestions


def inspect(
    work: WorkArgument,
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A question's id or its start; a video's or a group's lists its questions.",
            show_default=False,
        ),
    ],
    image: Annotated[
        Path | None,
        typer.Option("--image", help="Also write a PNG of frames and boxes.", show_default=False),
    ] = None,
    calls: Annotated[
        bool,
        typer.Option("--calls", help="Every prompt and raw reply behind it, in full."),
    ] = False,
    pictures: Annotated[
        Path | None,
        typer.Option(
            "--pictures",
            help="Also write the pictures that models were shown into this folder.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a question with its frames, verdict, evidence, boxes and provenance."""
    from dataclasses import asdict

    from pipeline.cli.talk import emit
    from pipeline.cli.workspaces import existing
    from pipeline.errors import UsageError
    from pipeline.graph import DATASET
    from pipeline.inspection import Inspection, VideoQuestions, find

    workspace = existing(work)
    found = find(workspace, work / DATASET, id_)
    if image is not None and not isinstance(found, Inspection):
        raise UsageError(f"{id_} is no question: --image needs a question's id")
    if image is not None and isinstance(found, Inspection):
        _draw(workspace, found, image)
    if pictures is not None and not isinstance(found, VideoQuestions):
        _write_pictures(workspace, found, pictures)
    if as_json:
        emit(asdict(found))
    elif isinstance(found, VideoQuestions):
        _say_video(work, found)
    elif isinstance(found, Inspection):
        _say_question(work, found, image, whole_calls=calls)
    else:
        from pipeline.cli.inspection_text import group_lines

        typer.echo("\n".join(group_lines(found, whole_calls=calls)))


def _draw(workspace: "Workspace", found: "Inspection", image: Path) -> None:
    import io

    from pipeline.contact_sheet import contact_sheet
    from pipeline.store import BlobStore, storage_errors

    blobs = BlobStore(workspace.store)
    jpegs = [blobs.read(frame.blob, frame.offset, frame.length) for frame in found.core_frames]
    png = io.BytesIO()
    contact_sheet(found, jpegs).save(png, format="PNG")
    with storage_errors("write", image):
        image.parent.mkdir(parents=True, exist_ok=True)
        image.write_bytes(png.getvalue())


def _write_pictures(
    workspace: "Workspace", found: "Inspection | GroupQuestions", folder: Path
) -> None:
    from pipeline.cli.talk import literal, talk
    from pipeline.cli.workspaces import recipe_of
    from pipeline.sent_pictures import sent_pictures
    from pipeline.store import storage_errors

    sent: Mapping[str, bytes] = {}
    if found.group is not None:
        sent = sent_pictures(workspace, recipe_of(workspace.root), found.group, found.calls)
    with storage_errors("write", folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, jpeg in sent.items():
            (folder / name).write_bytes(jpeg)
    talk(f"{len(sent)} pictures were sent to models; they are in [bold]{literal(folder)}[/bold]")


def _say_video(work: Place, found: "VideoQuestions") -> None:
    from pipeline.cli.inspection_text import video_lines
    from pipeline.cli.talk import literal, talk

    typer.echo("\n".join(video_lines(found)))
    if found.questions:
        command = f"demitasse inspect {work} {found.questions[0].id} --image question.png"
        talk(f"see one: [bold]{literal(command)}[/bold]")
    else:
        talk(f"none was written: [bold]demitasse status {literal(work)}[/bold] says why")


def _say_question(
    work: Place, found: "Inspection", image: Path | None, *, whole_calls: bool
) -> None:
    from pipeline.cli.inspection_text import question_lines
    from pipeline.cli.talk import literal, talk

    typer.echo("\n".join(question_lines(found, whole_calls=whole_calls)))
    if image is None:
        command = f"demitasse inspect {work} {found.question.id} --image question.png"
        talk(f"see it: [bold]{literal(command)}[/bold]")
    else:
        talk(f"its frames and boxes: [bold]{literal(image)}[/bold]")
    if found.calls and not whole_calls:
        command = f"demitasse inspect {work} {found.question.id} --calls"
        talk(f"what the models were asked and said: [bold]{literal(command)}[/bold]")
    if found.rejection is not None and found.rejection.stage in ("verdicts", "selection"):
        from pipeline.overrides import OVERRIDES

        # What has no evidence or no box, or repeats the test split, cannot be kept by a word.
        line = literal(f"{found.question.id},keep,why it is good,")
        talk(f"to keep it anyway, add [bold]{line}[/bold] to {literal(work / OVERRIDES)}")
