"""Submitting a recipe: one job a workspace at a time, each a new attempt at it."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.errors import ClusterError, UsageError
from pipeline.recipe import Recipe
from pipeline.submission.bundle import bundle
from pipeline.submission.cluster_jobs import ClusterJobs
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
            raise UsageError(_busy(job.name, wanted.work, cluster.address))
    attempt = 1 + max((job.attempt for job in before), default=0)
    name = JobName(wanted.recipe.name, hash_of(wanted.work), attempt)
    runtime: dict[str, Any] = {"env_vars": {**wanted.secrets, **_WORKERS, AGAIN: wanted.again}}
    if wanted.install:
        packages = requirements(wanted.recipe, wanted.work)
        runtime["pip"] = {"packages": packages, "pip_check": False}
    run = ["python", "-m", "pipeline.cli.submitted", wanted.work]
    run += ["run", "recipe.yaml", "--work", wanted.work, "--address", "auto", *wanted.options]
    with bundle(wanted.recipe, wanted.work) as folder:
        try:
            # `exec`: what Ray signals when it stops the job is the run, and not a shell before it.
            cluster.submit(name, wanted.work, f"exec {shlex.join(run)}", folder, runtime)
        except ClusterError:
            if any(job.name == str(name) for job in cluster.jobs()):
                raise UsageError(_busy(str(name), wanted.work, cluster.address)) from None
            raise
    return name


def _busy(name: str, work: str, address: str) -> str:
    end = f"{name} --address {address}"
    return (
        f"job {name} is building {work}: follow it with `demitasse jobs logs {end} --follow`, or "
        f"stop it with `demitasse jobs stop {end}` and submit again"
    )
