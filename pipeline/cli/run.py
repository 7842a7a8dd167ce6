"""`demitasse run`: build the dataset, or as much of it as is still missing."""

import os
import shlex
import sys
from typing import Annotated

import typer

from pipeline.cli.options import (
    Address,
    AsJson,
    From,
    Limit,
    OnePartition,
    RecipePath,
    Sets,
    Until,
    Videos,
    Work,
)


def run(
    recipe: RecipePath,
    videos: Videos = None,
    work: Work = None,
    until: Until = None,
    from_: From = None,
    limit: Limit = None,
    set_: Sets = None,
    address: Address = "local",
    batch: Annotated[
        bool,
        typer.Option("--batch", help="Ask language models by the batch API: cheaper, in hours."),
    ] = False,
    partition: OnePartition = None,
    as_json: AsJson = False,
) -> None:
    """Build the dataset of a recipe; what is done already is not done again.

    With --partition K/N it is one of N runs over one workspace, on as many machines, that share the
    videos and the stored answers. N may change from time to time: what is done stays done.
    """
    from pipeline.cli.building import Job, build, default_root, settle
    from pipeline.partition import Partition
    from pipeline.recipe_file import load_recipe
    from pipeline.submission.submit import AGAIN

    part = Partition.read(partition) if partition else None
    settings = settle(load_recipe(recipe, set_ or []), videos)
    job = Job(
        recipe=settings,
        root=work or default_root(settings),
        address=address,
        again=os.environ.get(AGAIN) or shlex.join(["demitasse", *sys.argv[1:]]),
        first=from_,
        last=until,
        limit=limit,
        batch=batch,
        partition=part,
    )
    raise typer.Exit(build(job, as_json=as_json))
