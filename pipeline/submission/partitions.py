"""Submitting a recipe as N jobs, one for each partition of the workspace.

A round is the work divided once: the jobs of one recipe with one number of partitions. Submitting
again while some of a round have not ended well continues it, with these alone; after a round of
which all have, or with another recipe, a new one begins. A job that ended as partial has ended
well: what failed, `demitasse retry` sends again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pipeline.errors import UsageError
from pipeline.partition import Partition, all_of
from pipeline.recipe_file import to_yaml
from pipeline.submission.bundle import bundle
from pipeline.submission.cluster_jobs import ClusterJob, ClusterJobs
from pipeline.submission.names import JobName
from pipeline.submission.submit import Submission, busy, next_name, start

_WELL: Final = (0, 3)
"""Exit statuses of a run that did all it could: done, and partial."""


@dataclass(frozen=True)
class Round:
    """What became of a submission in partitions."""

    started: Sequence[JobName]
    running: Sequence[str]
    """Names of jobs that were under way already."""
    ended: Sequence[str]
    """Names of those that had done their part."""


def submit_partitions(cluster: ClusterJobs, wanted: Submission, count: int) -> Round:
    """Start the jobs of a round that neither run nor have ended well.

    Raises:
        UsageError: a job over the whole workspace, or of another number of partitions, builds it;
            or a file cannot travel.
        ClusterError: the cluster does not take a job; those before are started, and the same
            submission again starts the rest.
    """
    before = cluster.of(wanted.work)
    parts = {str(partition): partition for partition in all_of(count)}
    for job in before:
        if not job.over and job.partition not in parts:
            raise UsageError(busy(job.name, wanted.work, cluster.address))
    build, ours = _build(wanted), [job for job in before if job.partition in parts]
    running = {job.partition: job.name for job in ours if not job.over}
    number = max((job.round for job in ours), default=0)
    last = [job for job in ours if (job.round, job.build) == (number, build)]
    ended = {job.partition: job.name for job in last if _well(job)}
    if not last or ended.keys() == parts.keys():
        number, ended = number + 1, {}
    left = [p for name, p in parts.items() if name not in running and name not in ended]
    said = {"work": wanted.work, "round": str(number), "build": build}
    started: list[JobName] = []
    with bundle(wanted.recipe, wanted.work) as folder:
        for partition in left:
            name = next_name(wanted, before, partition)
            start(cluster, wanted, name, said, folder)
            started.append(name)
    return Round(started, _sorted(running), _sorted(ended))


def _build(wanted: Submission) -> str:
    said = "\n".join([to_yaml(wanted.recipe), *wanted.options])
    return sha256(said.encode()).hexdigest()[:8]


def _well(job: ClusterJob) -> bool:
    return job.state != "stopped" and job.exit_status in _WELL


def _sorted(names: dict[str, str]) -> list[str]:
    return [names[partition] for partition in sorted(names, key=Partition.read)]
