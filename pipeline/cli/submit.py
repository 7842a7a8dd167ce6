"""`demitasse submit`: the build as a job on a Ray cluster."""

import os
import shlex
import sys
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, From, Head, Limit, RecipePath, Sets, Until, Videos


def submit(
    recipe: RecipePath,
    address: Head,
    work: Annotated[
        str,
        typer.Option(
            "--work",
            metavar="PLACE",
            help="The workspace: a folder that every node sees under this path, or a URL.",
            show_default=False,
        ),
    ],
    videos: Videos = None,
    until: Until = None,
    from_: From = None,
    limit: Limit = None,
    set_: Sets = None,
    batch: Annotated[
        bool,
        typer.Option("--batch", help="Ask language models by the batch API: cheaper, in hours."),
    ] = False,
    env: Annotated[
        list[str] | None,
        typer.Option(
            "--env",
            metavar="NAME",
            help="A variable to hand on from here. Ray stores its value with the job, readable "
            "for all who may use the cluster: better set secrets on its nodes.",
            show_default=False,
        ),
    ] = None,
    no_install: Annotated[
        bool, typer.Option("--no-install", help="The nodes' image has all that the recipe needs.")
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Show what it prints until it ends.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build a recipe on a Ray cluster; after a failure, submit again and it continues.

    The code, the prompts and the recipe travel; videos, models and the workspace must lie where
    every node sees them under the same path.
    """
    from pipeline.cli.jobs import told, watch
    from pipeline.cli.talk import literal, talk
    from pipeline.errors import UsageError
    from pipeline.recipe_file import load_recipe
    from pipeline.submission.cluster_jobs import ClusterJobs
    from pipeline.submission.names import absolute
    from pipeline.submission.needs import servers
    from pipeline.submission.submit import Submission
    from pipeline.submission.submit import submit as send

    settings = load_recipe(recipe, set_ or [])
    if videos:
        settings = settings.model_copy(update={"inputs": tuple(videos)})
    missing = [name for name in env or [] if name not in os.environ]
    if missing:
        raise UsageError(f"--env {missing[0]}: no variable of this name is set here")
    options = {"--until": until, "--from": from_, "--limit": limit}
    wanted = Submission(
        recipe=settings,
        work=absolute(work),
        again=shlex.join(["demitasse", *sys.argv[1:]]),
        options=[
            *(part for name, value in options.items() if value for part in (name, str(value))),
            *(["--batch"] if batch else []),
        ],
        secrets={name: os.environ[name] for name in env or []},
        install=not no_install,
    )
    cluster = ClusterJobs(address)
    name = str(send(cluster, wanted))
    talk(f"submitted [bold]{name}[/bold]; the workspace is {literal(wanted.work)}")
    if env:
        talk(f"Ray stores {', '.join(env)} with the job: who may use the cluster can read it")
    if programs := servers(settings):
        talk(f"its nodes must have {', '.join(map(literal, programs))}, which is not installed")
    end = f"{name} --address {literal(cluster.address)}"
    if not follow:
        talk(f"  follow: [bold]demitasse jobs logs {end} --follow[/bold]")
    talk(f"  stop:   [bold]demitasse jobs stop {end}[/bold]")
    talk(f"  resume: [bold]{literal(wanted.again)}[/bold]")
    if follow:
        raise typer.Exit(watch(cluster, name, as_json=as_json))
    told(cluster.named(name), as_json=as_json)
