"""`demitasse publish`: a workspace's dataset in a folder of one's choice."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, Sets, WorkArgument


def publish(
    work: WorkArgument,
    out: Annotated[
        Path | None,
        typer.Argument(help="The folder; default: WORK/dataset.", show_default=False),
    ] = None,
    set_: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Write the dataset of what is in the workspace now; nothing else is built."""
    from pipeline.cli.building import Job, build
    from pipeline.cli.workspaces import existing
    from pipeline.publish.dataset import STAGE
    from pipeline.recipe_file import load_recipe

    recipe = load_recipe(existing(work).root / "recipe.yaml", set_ or [])
    job = Job(
        recipe=recipe,
        root=work,
        address="local",
        again=shlex.join(["demitasse", *sys.argv[1:]]),
        first=STAGE,
        dataset=out,
    )
    raise typer.Exit(build(job, as_json=as_json))
