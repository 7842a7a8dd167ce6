"""`demitasse gc`: free what no current key of a workspace calls for."""

from typing import Annotated

import typer

from pipeline.cli.options import AsJson, WorkArgument


def gc(
    work: WorkArgument,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would go; remove nothing.")
    ] = False,
    keep_days: Annotated[
        float,
        typer.Option("--keep-days", min=0, help="Keep what was written in the last N days."),
    ] = 0.0,
    responses: Annotated[
        bool,
        typer.Option(
            "--responses",
            help="Remove stored answers of language models too, which were paid for: those whose "
            "unit is called for no more and that no current row rests on.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove results that neither the last run nor the workspace's recipe calls for.

    Look with --dry-run first. Nothing that a run of the recipe would use goes: a run afterwards
    does nothing and publishes the same bytes. What it costs: going back to an earlier setting,
    prompt or model does its work again (stored answers are used again unless --responses removed
    them, so no call is paid twice); `why` can no longer say what changed since an earlier result;
    `adopt` must come before, while the results under the old name are there; `retry` loses nothing.

    It takes the whole workspace: while a run is going it refuses, and a run waits for its end. It
    may be killed at any moment; the next one removes what is left.
    """
    from pipeline.cli.sizes import size_text
    from pipeline.cli.talk import emit, literal, talk
    from pipeline.cli.workspaces import existing, recipe_of
    from pipeline.upkeep.gc import remove, survey

    workspace, recipe = existing(work), recipe_of(work)
    with workspace.writing():
        workspace.prepare()
        found = survey(workspace, recipe, keep_days=keep_days, with_answers=responses)
        if not dry_run:
            remove(workspace, found)
    kinds = found.by_kind()
    total = sum(size for _, size in kinds.values())
    if as_json:
        told = {kind: {"count": count, "bytes": size} for kind, (count, size) in kinds.items()}
        emit({"removed": not dry_run, "bytes": total, "kinds": told})
        return
    for kind, (count, size) in kinds.items():
        talk(f"{_WORDS[kind].format(count)} ({size_text(size)})")
    if not kinds:
        talk("nothing to remove: all that is there is called for")
    elif dry_run:
        again = f"demitasse gc {literal(work)}{' --responses' if responses else ''}"
        talk(f"{size_text(total)} would be freed; remove it: [bold]{again}[/bold]")
    else:
        talk(f"{size_text(total)} freed")


_WORDS = {
    "results": "files of results that nothing calls for: {}",
    "units": "units in files that others need, which are written anew: {}",
    "frames": "files of frames that no row refers to: {}",
    "inputs": "tables of inputs of earlier runs: {}",
    "answers": "stored answers, whose files are written anew: {}",
}
