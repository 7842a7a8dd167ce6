"""`demitasse jobs`: the jobs of a cluster, how they are, what they print, and their end."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import exit_codes
from pipeline.cli.options import AsJson, Head

if TYPE_CHECKING:
    from pipeline.submission.cluster_jobs import ClusterJob, ClusterJobs

Name = Annotated[
    str,
    typer.Argument(
        help="The job's name; without the attempt at its end, the last one.", show_default=False
    ),
]

app = typer.Typer(
    help="Jobs that `demitasse submit` has started; exit statuses are those of their runs.",
    epilog=exit_codes.JOBS_TABLE,
    no_args_is_help=True,
)


@app.command("list")
def list_(address: Head, as_json: AsJson = False) -> None:
    """List the jobs that the cluster knows, oldest first."""
    from dataclasses import asdict

    from pipeline.cli.talk import emit, literal, talk
    from pipeline.submission.cluster_jobs import ClusterJobs

    jobs = ClusterJobs(address).jobs()
    if as_json:
        emit([{**asdict(job), "outcome": outcome(job)} for job in jobs])
        return
    if not jobs:
        talk(f"{literal(address)} knows no job of Demitasse")
        return
    wide = max(len(job.name) for job in jobs)
    for job in jobs:
        how = f"{outcome(job):<9}  {_when(job)}  {_minutes(job):6.1f} min"
        talk(f"{job.name:<{wide}}  {how}  {literal(job.work)}")


@app.command("status")
def status(name: Name, address: Head, as_json: AsJson = False) -> None:
    """Say how a job is; the exit status is its run's, or 5 while it has not ended."""
    from pipeline.submission.cluster_jobs import ClusterJobs

    job = ClusterJobs(address).named(name)
    told(job, as_json=as_json)
    raise typer.Exit(exit_status(job))


@app.command("logs")
def logs(
    name: Name,
    address: Head,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on until it ends, and exit as its run does.")
    ] = False,
) -> None:
    """Print what a job has printed."""
    from pipeline.submission.cluster_jobs import ClusterJobs

    cluster = ClusterJobs(address)
    job = cluster.named(name)
    if follow:
        raise typer.Exit(watch(cluster, job.name, as_json=False, to_stdout=True))
    typer.echo(cluster.logs(job.name), nl=False)


@app.command("stop")
def stop(
    name: Name,
    address: Head,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Ask it to stop, and do not wait for it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Stop a job: what is in flight is finished and committed, submitting again continues.

    A name without partition and attempt stops all that run over the workspace.
    """
    from pipeline.cli.talk import talk
    from pipeline.submission.cluster_jobs import ClusterJobs
    from pipeline.submission.submit import STOP_SECONDS

    cluster = ClusterJobs(address)
    running = cluster.running(name)
    stopping = [job.name for job in running if cluster.stop(job.name)]
    if not stopping:
        job = running[0] if running else cluster.named(name)
        talk(f"{job.name} had ended already")
        told(cluster.named(job.name), as_json=as_json)
    elif not no_wait:
        all_ = ", ".join(stopping)
        talk(f"stopping {all_}: what is in flight may take up to {STOP_SECONDS} s to commit")
    for job_name in stopping:
        told(cluster.named(job_name) if no_wait else cluster.wait(job_name), as_json=as_json)


def watch(cluster: "ClusterJobs", name: str, *, as_json: bool, to_stdout: bool = False) -> int:
    """Show what a job prints until it ends; returns its run's exit status. Ctrl-C leaves it."""
    from pipeline.cli.talk import literal, talk

    try:
        cluster.follow(name, lambda text: typer.echo(text, nl=False, err=not to_stdout))
        job = cluster.wait(name)
    except KeyboardInterrupt:
        end = f"{name} --address {literal(cluster.address)}"
        talk(f"{name} goes on without you: [bold]demitasse jobs logs {end} --follow[/bold]")
        return exit_codes.RUNNING
    told(job, as_json=as_json)
    return exit_status(job)


def told(job: "ClusterJob", *, as_json: bool) -> None:
    """Say how a job is: a JSON document on stdout, or a line."""
    from dataclasses import asdict

    from pipeline.cli.talk import emit, literal, talk

    if as_json:
        emit({**asdict(job), "outcome": outcome(job)})
        return
    talk(f"{job.name}: [bold]{outcome(job)}[/bold]; the workspace is {literal(job.work)}")
    if job.state == "failed" and job.exit_status is None and job.message:
        talk(literal(job.message.strip()))


def exit_status(job: "ClusterJob") -> int:
    """What the job's run exited with, as far as one can tell."""
    if not job.over:
        return exit_codes.RUNNING
    if job.state == "stopped":
        return exit_codes.STOPPED
    known = job.exit_status if job.exit_status in exit_codes.NAMES else exit_codes.FAILED
    return exit_codes.DONE if job.state == "succeeded" else known or exit_codes.FAILED


def outcome(job: "ClusterJob") -> str:
    """One word: pending, running, or how its run ended."""
    return exit_codes.NAMES[exit_status(job)] if job.over else job.state


def _when(job: "ClusterJob") -> str:
    if job.started is None:
        return ""
    return datetime.fromtimestamp(job.started / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _minutes(job: "ClusterJob") -> float:
    if job.started is None:
        return 0.0
    ended = job.ended if job.over and job.ended else time.time() * 1000
    return max(0.0, (ended - job.started) / 60000)
