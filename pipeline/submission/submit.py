"""Submitting a recipe: one job a workspace at a time, each a new attempt at it.

Or one for each of its partitions: see `pipeline.submission.partitions`.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.errors import ClusterError, UsageError
from pipeline.partition import Partition
from pipeline.recipe import Recipe
from pipeline.submission.bundle import bundle
from pipeline.submission.cluster_jobs import ClusterJob, ClusterJobs
from pipeline.submission.names import JobName, hash_of
from pipeline.submission.needs import requirements

AGAIN: Final = "DEMITASSE_AGAIN"
"""Variable that tells a run which command continues it, where that is not its own."""
STOP_SECONDS: Final = 900
"""How long a stopped job may take to commit what is in flight: a model's slowest call and more."""
_WORKERS: Final = {
    # A worker that asked for no GPU must see none, or its libraries would take somebody else's.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",
    "RAY_JOB_STOP_WAIT_TIME_S": str(STOP_SECONDS),
}


@dataclass(frozen=True)
class Submission:
    """What to build on a cluster."""

    recipe: Recipe
    work: str
    """The workspace, absolute: a path that every node has, or a URL."""
    again: str
    """The command that submits it again."""
    options: Sequence[str] = ()
    """Of `demitasse run`."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables of the submitter that the job gets, and all who may read the job's record."""
    install: bool = True
    """Let pip install on each node what the recipe needs."""


def submit(cluster: ClusterJobs, wanted: Submission) -> JobName:
    """Start the job; returns its name.

    Raises:
        UsageError: a job builds this workspace already, or a file cannot travel.
        ClusterError: the cluster does not take the job.
    """
    before = cluster.of(wanted.work)
    for job in before:
        if not job.over:
            raise UsageError(busy(job.name, wanted.work, cluster.address))
    name = next_name(wanted, before)
    with bundle(wanted.recipe, wanted.work) as folder:
        start(cluster, wanted, name, {"work": wanted.work}, folder)
    return name


def next_name(
    wanted: Submission, before: Sequence[ClusterJob], partition: Partition | None = None
) -> JobName:
    """The name of the next attempt at the workspace, or at a partition of it."""
    same = [job.attempt for job in before if job.partition == str(partition or "")]
    place = hash_of(wanted.work)
    return JobName(wanted.recipe.name, place, 1 + max(same, default=0), partition)


def start(
    cluster: ClusterJobs, wanted: Submission, name: JobName, said: Mapping[str, str], folder: Path
) -> None:
    """Start one job in a bundle.

    Raises:
        UsageError: somebody else was faster.
        ClusterError: the cluster does not take the job.
    """
    runtime: dict[str, Any] = {"env_vars": {**wanted.secrets, **_WORKERS, AGAIN: wanted.again}}
    if wanted.install:
        packages = requirements(wanted.recipe, wanted.work)
        runtime["pip"] = {"packages": packages, "pip_check": False}
    run = ["python", "-m", "pipeline.cli.submitted", wanted.work]
    run += ["run", "recipe.yaml", "--work", wanted.work, "--address", "auto", *wanted.options]
    run += ["--partition", str(name.partition)] if name.partition else []
    try:
        # `exec`: what Ray signals when it stops the job is the run, and not a shell before it.
        cluster.submit(name, said, f"exec {shlex.join(run)}", folder, runtime)
    except ClusterError:
        if any(job.name == str(name) for job in cluster.jobs()):
            raise UsageError(busy(str(name), wanted.work, cluster.address)) from None
        raise


def busy(name: str, work: str, address: str) -> str:
    """Why a workspace that a job builds takes no other, and what to do."""
    end = f"{name} --address {address}"
    return (
        f"job {name} is building {work}: follow it with `demitasse jobs logs {end} --follow`, or "
        f"stop it with `demitasse jobs stop {end}` and submit again"
    )
