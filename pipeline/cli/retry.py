"""`demitasse retry`: send the failed units of a workspace again, with its own recipe."""

import shlex
import sys
from typing import Annotated

import typer

from pipeline.cli.options import Address, AsJson, WorkArgument


def retry(
    work: WorkArgument,
    stage: Annotated[
        str | None, typer.Option("--stage", help="Only this stage.", show_default=False)
    ] = None,
    error_class: Annotated[
        str | None,
        typer.Option("--error-class", help="Only failures of this class.", show_default=False),
    ] = None,
    address: Address = "local",
    as_json: AsJson = False,
) -> None:
    """Try failed units again, and build what follows from those that now succeed."""
    from pipeline.cli.building import Job, build
    from pipeline.cli.workspaces import recipe_of
    from pipeline.engine.planner import Retry
    from pipeline.graph import DATASET, check_stage_name, stages

    recipe = recipe_of(work)
    if stage is not None:
        check_stage_name(stages(recipe, work / DATASET), stage)
    job = Job(
        recipe=recipe,
        root=work,
        address=address,
        again=shlex.join(["demitasse", *sys.argv[1:]]),
        retry=Retry(stage, error_class),
    )
    raise typer.Exit(build(job, as_json=as_json))
