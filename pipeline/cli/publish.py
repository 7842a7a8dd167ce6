"""`demitasse publish`: a workspace's dataset in a folder of one's choice, and on a hub."""

import shlex
import sys
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, Sets, WorkArgument
from pipeline.storage.place import Place, local, place


def publish(
    work: WorkArgument,
    out: Annotated[
        Place | None,
        typer.Argument(
            help="The folder, or s3://BUCKET/PREFIX; default: WORK/dataset.",
            parser=place,
            metavar="OUT",
            show_default=False,
        ),
    ] = None,
    push: Annotated[
        str | None,
        typer.Option(
            "--push",
            metavar="USER/NAME",
            help="Validate it, then upload it to this dataset of the Hugging Face Hub.",
            show_default=False,
        ),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="For all to see; pushed datasets are private else.")
    ] = False,
    set_: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Write the dataset of what is in the workspace now; nothing else is built.

    With --push it is uploaded as well, where validation finds no error and every licence is known.
    Log in before with `hf auth login`, or set HF_TOKEN. The same command continues a push that was
    interrupted.
    """
    from pipeline.cli import exit_codes
    from pipeline.cli.building import Job, build
    from pipeline.cli.talk import literal, talk
    from pipeline.cli.workspaces import existing
    from pipeline.errors import UsageError
    from pipeline.graph import DATASET
    from pipeline.publish.dataset import STAGE
    from pipeline.recipe_file import load_recipe

    if push is not None:
        from pipeline.publish.hub import check_ready

        check_ready(push)
        local(out or work / DATASET, "--push")
    elif public:
        raise UsageError("--public says who may see a dataset on the hub: name it with --push")
    workspace = existing(work)
    recipe = load_recipe(workspace.root / "recipe.yaml", set_ or [])
    job = Job(
        recipe=recipe,
        root=work,
        address="local",
        again=shlex.join(["demitasse", *sys.argv[1:]]),
        first=STAGE,
        dataset=out,
    )
    status = build(job, as_json=as_json)
    if push is not None and status in (exit_codes.DONE, exit_codes.PARTIAL):
        from pipeline.cli.pushing import is_current, push_dataset

        # Partial may mean that a video was rejected long ago, or that this publication failed.
        if is_current(workspace, job.published):
            try:
                pushed = push_dataset(
                    local(job.published, "--push"), push, public=public, as_json=as_json
                )
                status = pushed or status
            except KeyboardInterrupt:
                talk(f"stopped; continue with: [bold]{literal(job.again)}[/bold]")
                status = exit_codes.STOPPED
        else:
            talk("nothing was pushed: the dataset could not be published")
    raise typer.Exit(status)
