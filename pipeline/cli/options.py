"""Arguments that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

RecipePath = Annotated[Path, typer.Argument(help="The recipe, a YAML file.", show_default=False)]
Videos = Annotated[
    list[str] | None,
    typer.Argument(
        help="Videos instead of the recipe's inputs: files, folders, globs, a videos.csv.",
        show_default=False,
    ),
]
Work = Annotated[
    Path | None,
    typer.Option("--work", help="The workspace; default: work/<recipe name>.", show_default=False),
]
WorkArgument = Annotated[Path, typer.Argument(help="The workspace.", show_default=False)]
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
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, for machines.")]
