"""What `demitasse submit --partitions` says of the jobs that it has started."""

from dataclasses import asdict

from pipeline.cli.jobs import outcome
from pipeline.cli.talk import emit, literal, talk
from pipeline.submission.cluster_jobs import ClusterJobs
from pipeline.submission.names import workspace_name
from pipeline.submission.partitions import Round
from pipeline.submission.submit import Submission


def told_round(cluster: ClusterJobs, wanted: Submission, sent: Round, *, as_json: bool) -> None:
    """Say what was started and what was not, and how to go on; with JSON, each of the jobs."""
    names = [*map(str, sent.started), *sent.running, *sent.ended]
    jobs = [job for job in cluster.of(wanted.work) if job.name in names]
    if as_json:
        emit([{**asdict(job), "outcome": outcome(job)} for job in jobs])
    for name in sent.started:
        talk(f"submitted [bold]{name}[/bold]")
    if sent.running:
        talk(f"under way already: {', '.join(sent.running)}")
    if sent.ended:
        talk(f"have done their part: {', '.join(sent.ended)}")
    talk(f"the workspace is {literal(wanted.work)}")
    at = f"--address {literal(cluster.address)}"
    every = workspace_name(wanted.recipe.name, wanted.work)
    talk(f"  list:    [bold]demitasse jobs list {at}[/bold]")
    talk(f"  follow:  [bold]demitasse jobs logs {names[0]} {at} --follow[/bold], or each of them")
    talk(f"  stop:    [bold]demitasse jobs stop {every} {at}[/bold], or one of them")
    talk(f"  resume:  [bold]{literal(wanted.again)}[/bold]")
    talk("  publish: when all have ended, the same without --partitions")
