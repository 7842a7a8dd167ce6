"""Arguments that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.storage.place import Place, local, place


def local_path(text: str) -> Path:
    """The path that an argument names which can only be local."""
    return local(place(text), "this command")


RecipePath = Annotated[
    Place,
    typer.Argument(
        help="The recipe, a YAML file.", parser=place, metavar="RECIPE", show_default=False
    ),
]
Videos = Annotated[
    list[str] | None,
    typer.Argument(
        help="Videos instead of the recipe's inputs: files, folders, globs, a videos.csv.",
        show_default=False,
    ),
]
Work = Annotated[
    Place | None,
    typer.Option(
        "--work",
        help="The workspace, a folder or s3://BUCKET/PREFIX; default: work/<recipe name>.",
        parser=place,
        metavar="PLACE",
        show_default=False,
    ),
]
WorkArgument = Annotated[
    Place,
    typer.Argument(
        help="The workspace, a folder or s3://BUCKET/PREFIX.",
        parser=place,
        metavar="WORK",
        show_default=False,
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", help="Override a setting: captioner.batch_size=8.", show_default=False),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, help="Only the first N inputs, sorted.", show_default=False),
]
Until = Annotated[
    str | None, typer.Option("--until", help="The last stage to run.", show_default=False)
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="The first stage to run; earlier ones are used as they are.",
        show_default=False,
    ),
]
Address = Annotated[
    str, typer.Option("--address", help="Ray: local, auto, or the address of a cluster.")
]
Head = Annotated[
    str,
    typer.Option(
        "--address", help="The cluster's dashboard: http://HEAD:8265.", show_default=False
    ),
]
OnePartition = Annotated[
    str | None,
    typer.Option(
        "--partition",
        metavar="K/N",
        help="Build only the Kth of N parts of the inputs, up to `selection`; the others may run "
        "at the same time. Run without it to publish when all have ended.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, for machines.")]
