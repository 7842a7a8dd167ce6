"""`demitasse cut`: pictures and clips of a dataset from one's own copies of the videos."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, local_path


def cut(
    dataset: Annotated[
        Path, typer.Argument(help="The dataset's folder.", parser=local_path, show_default=False)
    ],
    videos: Annotated[
        list[Path],
        typer.Argument(help="Files, and folders in which to look.", show_default=False),
    ],
    out: Annotated[Path, typer.Option("--out", help="Where the whole dataset, or the clips, go.")],
    clips: Annotated[
        bool, typer.Option("--clips", help="Cut each sample's stretch of video instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make the pictures that a dataset only refers to, or the clips of its samples."""
    from pipeline.cli import exit_codes
    from pipeline.cli.talk import emit, literal, talk

    if clips:
        from pipeline.cutting.clip_folder import cut_all

        done = cut_all(dataset, videos, out, talk)
        if as_json:
            emit(done)
        else:
            typer.echo(out)
        for problem in done["problems"]:
            talk(literal(problem))
        talk(f"{done['clips']} clips; {done['missing']} of {done['listed']} have no video here")
        whole = done["clips"] == done["listed"]
        raise typer.Exit(exit_codes.DONE if whole else exit_codes.PARTIAL)

    from pipeline.cutting.frames import put_back, wanted_videos
    from pipeline.cutting.sources import find_videos

    wanted = wanted_videos(dataset)
    found = find_videos(videos, wanted)
    talk(f"{len(found)} of {len(wanted)} videos are here")
    restored = put_back(dataset, found, wanted, out, talk)
    counts = dict(sorted(restored.frames.items()))
    if as_json:
        emit({"dataset": str(out), "frames": counts, "missing": restored.missing})
    else:
        typer.echo(out)
    for problem in restored.problems:
        talk(literal(problem))
    talk(", ".join(f"{n} {ending}" for ending, n in counts.items()) or "no frames")
    if restored.missing:
        some = ", ".join(restored.missing[:3])
        talk(f"{len(restored.missing)} videos are in none of the places, for instance {some}")
    talk(f"load it: [bold]datasets.load_dataset({str(out)!r})[/bold]")
    raise typer.Exit(exit_codes.DONE if restored.complete else exit_codes.PARTIAL)
