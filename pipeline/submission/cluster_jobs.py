"""The jobs of one cluster, asked of its head over Ray's job API."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.errors import ClusterError, MissingDependencyError, UsageError
from pipeline.submission.names import JobName, hash_of

ENDED: Final = frozenset({"succeeded", "failed", "stopped"})
_POLL_SECONDS: Final = 0.5
_STARTING: Final = "No available agent"
"""What a head says that has answered before all of it has started; nothing was submitted."""
_STARTING_SECONDS: Final = 120.0
_REDIRECTING: Final = ("RAY_API_SERVER_ADDRESS", "RAY_ADDRESS")
"""Variables that Ray obeys before the address that it is given."""


@dataclass(frozen=True)
class ClusterJob:
    """A job of ours, as the cluster tells of it."""

    name: str
    recipe: str
    attempt: int
    work: str
    partition: str
    """What of the workspace it builds, such as `2/8`; empty: all."""
    round: int
    """Of a partition: which division of the work it belongs to; 0 of the whole workspace."""
    build: str
    """Of a partition: what stands for recipe and options; the same in a round."""
    state: str
    """`pending`, `running`, `succeeded`, `failed` or `stopped`."""
    exit_status: int | None
    """Of the run, once it has ended by itself."""
    started: int | None
    """Milliseconds of Unix time, as `ended`."""
    ended: int | None
    message: str
    """What Ray says of its state: the reason where it never ran."""

    @property
    def over(self) -> bool:
        return self.state in ENDED


class ClusterJobs:
    """Submits jobs to a cluster, and asks for those that it has."""

    def __init__(self, address: str) -> None:
        """Reach the cluster's head.

        Args:
            address: of its dashboard, `http://HEAD:8265`.

        Raises:
            UsageError: it is no such address.
            ClusterError: nobody answers there.
            MissingDependencyError: Ray is installed without its job client.
        """
        if not address.startswith(("http://", "https://")):
            raise UsageError(
                f"--address {address}: jobs are submitted to the head's dashboard, "
                "for instance http://HEAD:8265"
            )
        self.address = address.rstrip("/")
        with _redirected_nowhere(), _answers(self.address):
            self._client = _client(self.address)

    def jobs(self) -> list[ClusterJob]:
        """All of ours that the cluster knows, oldest first."""
        with _answers(self.address):
            found = [_job(details) for details in self._client.list_jobs()]
        return sorted((j for j in found if j), key=lambda j: (j.started or 0, j.attempt))

    def named(self, name: str) -> ClusterJob:
        """The job of this name; of a name without its attempt, the last one.

        Raises:
            UsageError: there is none.
        """
        known = self.jobs()
        found = [j for j in known if name in _names(j.name)[:2]]
        if not found:
            names = ", ".join(j.name for j in known) or "none"
            raise UsageError(f"{self.address} knows no job {name}; known are: {names}")
        return found[-1]

    def running(self, name: str) -> list[ClusterJob]:
        """The job of this name if it has not ended; of the name of a workspace, all that have not.

        Such a name lacks the partition and the attempt.
        """
        return [job for job in self.jobs() if not job.over and name in _names(job.name)]

    def of(self, work: str) -> list[ClusterJob]:
        """All attempts at a workspace, in order."""
        place = hash_of(work)
        ours = [(JobName.read(job.name), job) for job in self.jobs()]
        return [job for name, job in ours if name and name.place == place]

    def submit(
        self,
        name: JobName,
        said: Mapping[str, str],
        entrypoint: str,
        folder: Path,
        runtime: Mapping[str, Any],
    ) -> None:
        """Upload the folder, unless the cluster has it, and start the job in it.

        Args:
            said: what the cluster is to tell of it later.

        Raises:
            ClusterError: the cluster does not take it.
        """
        over = time.monotonic() + _STARTING_SECONDS
        while True:
            try:
                with _answers(self.address):
                    self._client.submit_job(
                        entrypoint=entrypoint,
                        submission_id=str(name),
                        runtime_env={"working_dir": str(folder), **runtime},
                        metadata=dict(said),
                    )
                return
            except ClusterError as error:
                if _STARTING not in str(error) or time.monotonic() > over:
                    raise
                time.sleep(_POLL_SECONDS)

    def stop(self, name: str) -> bool:
        """Ask a job to end what is in flight and stop; False if it had ended already."""
        with _answers(self.address):
            return bool(self._client.stop_job(name))

    def logs(self, name: str) -> str:
        with _answers(self.address):
            return str(self._client.get_job_logs(name))

    def follow(self, name: str, say: Callable[[str], None]) -> None:
        """Hand on what a job prints, from its start until it has ended."""

        async def tail() -> None:
            async for lines in self._client.tail_job_logs(name):
                say(lines)

        with _answers(self.address):
            asyncio.run(tail())

    def wait(self, name: str) -> ClusterJob:
        """The job once it has ended."""
        while not (job := self.named(name)).over:
            time.sleep(_POLL_SECONDS)
        return job


def _names(name: str) -> tuple[str, str, str]:
    """A job's name; without its attempt; and without its partition."""
    attempts = name.rpartition("-")[0]
    read = JobName.read(name)
    partition = read.partition if read else None
    return name, attempts, attempts.removesuffix(f"-{partition.scope}" if partition else "")


def _client(address: str) -> Any:
    try:
        from ray.job_submission import JobSubmissionClient

        # What they tell of an upload and of a closed connection is no news for who submits.
        for name in ("ray.dashboard", "ray._private.runtime_env.packaging"):
            logging.getLogger(name).setLevel(logging.WARNING)
        for name in ("modules.dashboard_sdk", "modules.job.sdk"):
            logging.getLogger(f"ray.dashboard.{name}").setLevel(logging.WARNING)
        return JobSubmissionClient(address)
    except (ImportError, RuntimeError) as error:
        if isinstance(error, ImportError) or "ray[default]" in str(error):
            raise MissingDependencyError(
                "Ray's job client is not installed: run `pip install 'demitasse[cluster]'`"
            ) from error
        raise


def _job(details: Any) -> ClusterJob | None:
    name = JobName.read(details.submission_id or "")
    if name is None:
        return None
    said = details.metadata or {}
    return ClusterJob(
        name=str(name),
        recipe=name.recipe,
        attempt=name.attempt,
        work=said.get("work", ""),
        partition=str(name.partition or ""),
        round=int(said.get("round", "0")),
        build=said.get("build", ""),
        state=details.status.value.lower(),
        exit_status=details.driver_exit_code,
        started=details.start_time,
        ended=details.end_time,
        message=details.message or "",
    )


@contextmanager
def _redirected_nowhere() -> Iterator[None]:
    """Without the variables that would send what is asked of one cluster to another."""
    kept = {name: os.environ.pop(name) for name in _REDIRECTING if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


@contextmanager
def _answers(address: str) -> Iterator[None]:
    """Turn what Ray and its transport raise into one sentence."""
    from ray.exceptions import RayError

    try:
        yield
    # requests' and aiohttp's errors are OSErrors, or wrap one.
    except (OSError, RuntimeError, RayError) as error:
        said = " ".join(str(error).split())
        raise ClusterError(
            f"the cluster at {address} does not answer as it should: {said or type(error).__name__}"
        ) from error
