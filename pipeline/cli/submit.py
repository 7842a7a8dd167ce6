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
    partitions: Annotated[
        int | None,
        typer.Option(
            "--partitions",
            metavar="N",
            min=2,
            help="Start N jobs, each for its own part of the videos, up to `selection`; submit "
            "without it to publish when all have ended.",
            show_default=False,
        ),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Show what it prints until it ends.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build a recipe on a Ray cluster; after a failure, submit again and it continues.

    The code, the prompts and the recipe travel; videos, models and the workspace must lie where
    every node sees them under the same path.

    With --partitions N it is built by N jobs at once. Submitted again, those start that have
    neither ended well nor are under way; another N finds done what is done.
    """
    from pipeline.cli.jobs import told, watch
    from pipeline.cli.partitioning import check_divisible
    from pipeline.cli.submitting import told_round
    from pipeline.cli.talk import literal, talk
    from pipeline.errors import UsageError
    from pipeline.partition import check_count
    from pipeline.recipe_file import load_recipe
    from pipeline.submission.cluster_jobs import ClusterJobs
    from pipeline.submission.names import JobName, absolute
    from pipeline.submission.needs import servers
    from pipeline.submission.partitions import submit_partitions
    from pipeline.submission.submit import Submission
    from pipeline.submission.submit import submit as send

    if partitions:
        said = f"--partitions {partitions}"
        check_count(partitions, said)
        check_divisible(said, from_, until, batch=batch)
        if follow:
            raise UsageError(
                f"{said}: --follow shows one job: follow it with `demitasse jobs logs`"
            )
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
    sent = submit_partitions(cluster, wanted, partitions) if partitions else send(cluster, wanted)
    if isinstance(sent, JobName):
        talk(f"submitted [bold]{sent}[/bold]; the workspace is {literal(wanted.work)}")
    if env:
        talk(f"Ray stores {', '.join(env)} with the job: who may use the cluster can read it")
    if programs := servers(settings):
        talk(f"its nodes must have {', '.join(map(literal, programs))}, which is not installed")
    if not isinstance(sent, JobName):
        told_round(cluster, wanted, sent, as_json=as_json)
        return
    name = str(sent)
    end = f"{name} --address {literal(cluster.address)}"
    if not follow:
        talk(f"  follow: [bold]demitasse jobs logs {end} --follow[/bold]")
    talk(f"  stop:   [bold]demitasse jobs stop {end}[/bold]")
    talk(f"  resume: [bold]{literal(wanted.again)}[/bold]")
    if follow:
        raise typer.Exit(watch(cluster, name, as_json=as_json))
    told(cluster.named(name), as_json=as_json)
