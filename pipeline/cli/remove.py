"""`demitasse remove`: take a video down everywhere in a workspace."""

from typing import Annotated

import typer

from pipeline.cli.options import AsJson, WorkArgument


def remove(
    work: WorkArgument,
    video: Annotated[
        str,
        typer.Argument(help="Its path, its id, or the beginning of its id.", show_default=False),
    ],
    reason: Annotated[
        str, typer.Option("--reason", help="Why, for the record; no content, please.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would go; remove nothing.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Let it in again: the next run does it anew.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take a video down: its rows in every stage and setting, its frames, and stored answers.

    What is made of all videos goes too, to be made again without it: the published folder in the
    workspace, its report, its calibration, its logs, its tables of inputs. A stored answer of which
    nobody can tell any more whose it is goes as well. What others had of it, such as a dataset
    published elsewhere or pushed to a hub, is yours to replace.

    A record stays in removed.json: when, the id, the reason. Later runs reject the same content
    under any name as `removed`, and the card counts it. Other videos' results stay as they are, so
    the next run only publishes. An interrupted removal is ended by the same command; no run starts
    before.
    """
    from dataclasses import asdict

    from pipeline.cli.sizes import size_text
    from pipeline.cli.talk import emit, literal, talk
    from pipeline.cli.workspaces import existing, recipe_of
    from pipeline.errors import UsageError
    from pipeline.graph import DATASET, stages
    from pipeline.removals import removals
    from pipeline.upkeep import remove as removing
    from pipeline.upkeep.naming import find_video

    workspace = existing(work)
    order = [stage.name for stage in stages(recipe_of(work), work / DATASET)]
    with workspace.writing():
        workspace.prepare()
        found = find_video(workspace, order[0], video)
        earlier = {removal.id: removal for removal in removals(workspace.store)}
        if undo:
            if found not in earlier:
                raise UsageError(f"video {found} was not removed from {work}: nothing to undo")
            if not dry_run:
                removing.undo(workspace, order[0], found)
            if as_json:
                emit({"video": found, "undone": not dry_run})
                return
            typer.echo(found)
            talk("it is let in again: the next run does it anew, if it is among the inputs")
            return
        footprint = removing.survey(workspace, order, found)
        if not dry_run:
            removing.take_down(workspace, order, footprint, reason)
        records = [asdict(r) for r in removals(workspace.store) if r.id == found]
    answers = sum(file.rows for file in footprint.said.answers)
    failed = sum(file.rows for file in footprint.said.attempts)
    if as_json:
        told = {"video": found, "removed": not dry_run, "units": footprint.units}
        told |= {"blobs": len(footprint.blobs), "blob_bytes": footprint.blob_bytes}
        told |= {"answers": answers, "attempts": failed, "others": list(footprint.others)}
        emit({**told, "records": records})
        return
    typer.echo(found)
    for stage, units in footprint.units.items():
        talk(f"{stage}: {units} units")
    talk(f"files of frames: {len(footprint.blobs)} ({size_text(footprint.blob_bytes)})")
    if answers or failed:
        talk(f"answers of language models: {answers}; failed calls that lose their words: {failed}")
    talk(f"to be made again without it: {len(footprint.others)} files and folders")
    if dry_run:
        talk("nothing was removed yet: run the same command without --dry-run")
    else:
        talk(f"removed; publish without it: [bold]demitasse publish {literal(work)}[/bold]")
        talk("what was published elsewhere, exported or pushed still has it: replace that too")
