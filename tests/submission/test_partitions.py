"""Which jobs of a round are started, by what the cluster tells of those before."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from pipeline.errors import ClusterError, UsageError
from pipeline.partition import Partition
from pipeline.recipe import Recipe
from pipeline.submission.cluster_jobs import ClusterJob, ClusterJobs
from pipeline.submission.names import JobName, hash_of
from pipeline.submission.partitions import Round, submit_partitions
from pipeline.submission.submit import Submission, submit

WORK = "/shared/work"


@pytest.fixture(autouse=True)
def nothing_travels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The bundle has tests of its own, and takes a while."""
    for module in ("submit", "partitions"):
        name = f"pipeline.submission.{module}.bundle"
        monkeypatch.setattr(name, lambda recipe, work: nullcontext(tmp_path))


class Cluster:
    """A cluster that takes jobs and runs none; a test says how they end."""

    address = "http://head:8265"

    def __init__(self) -> None:
        self.taken: list[ClusterJob] = []
        self.commands: list[str] = []
        self.takes = 99

    def submit(
        self, name: JobName, said: Mapping[str, str], entrypoint: str, folder: Path, runtime: Any
    ) -> None:
        if len(self.taken) == self.takes:
            raise ClusterError("the cluster does not answer as it should")
        self.commands.append(entrypoint)
        self.taken.append(
            ClusterJob(
                name=str(name),
                recipe=name.recipe,
                attempt=name.attempt,
                work=said["work"],
                partition=str(name.partition or ""),
                round=int(said.get("round", "0")),
                build=said.get("build", ""),
                state="running",
                exit_status=None,
                started=None,
                ended=None,
                message="",
            )
        )

    def jobs(self) -> list[ClusterJob]:
        return self.taken

    def of(self, work: str) -> list[ClusterJob]:
        return [job for job in self.taken if job.work == work]

    def end(self, name: str, status: int | None = 0) -> None:
        """A job ends; of None it was stopped."""
        at = next(n for n, job in enumerate(self.taken) if job.name.endswith(name))
        state = "stopped" if status is None else "failed" if status else "succeeded"
        self.taken[at] = replace(self.taken[at], state=state, exit_status=status)


def wanted(*options: str) -> Submission:
    recipe = Recipe(name="demo", inputs=("/shared/videos",))
    return Submission(recipe, WORK, "again", options=options, install=False)


def send(cluster: Cluster, count: int, *options: str) -> list[str]:
    """Submit, and say which partitions and attempts were started."""
    sent = _send(cluster, count, *options)
    return [str(name).split("-", 3)[3] for name in sent.started]


def _send(cluster: Cluster, count: int, *options: str) -> Round:
    return submit_partitions(cast(ClusterJobs, cluster), wanted(*options), count)


def test_each_partition_is_a_job_that_is_told_which_it_is() -> None:
    cluster = Cluster()
    assert send(cluster, 2, "--until", "frames") == ["p1of2-1", "p2of2-1"]
    assert cluster.taken[0].name == f"demitasse-demo-{hash_of(WORK)}-p1of2-1"
    assert cluster.commands[1].endswith("--address auto --until frames --partition 2/2")
    name = JobName("demo", hash_of(WORK), 1, Partition(2, 2))
    assert JobName.read(cluster.taken[1].name) == name


def test_again_starts_those_that_have_not_ended_well() -> None:
    cluster = Cluster()
    send(cluster, 4)
    cluster.end("p1of4-1")
    cluster.end("p2of4-1", 3)
    cluster.end("p3of4-1", 1)
    assert send(cluster, 4) == ["p3of4-2"]
    cluster.end("p4of4-1", None)
    sent = _send(cluster, 4)
    assert [str(name)[-7:] for name in sent.started] == ["p4of4-2"]
    assert [name[-7:] for name in sent.running] == ["p3of4-2"]
    assert [name[-7:] for name in sent.ended] == ["p1of4-1", "p2of4-1"]


def test_when_all_have_ended_well_a_new_round_begins() -> None:
    cluster = Cluster()
    send(cluster, 2)
    cluster.end("p1of2-1")
    cluster.end("p2of2-1")
    assert send(cluster, 2) == ["p1of2-2", "p2of2-2"]
    cluster.end("p1of2-2", 1)
    # What ended well in an earlier round is not done in this one.
    cluster.end("p2of2-2", 1)
    assert send(cluster, 2) == ["p1of2-3", "p2of2-3"]


def test_another_recipe_is_another_round() -> None:
    cluster = Cluster()
    send(cluster, 2)
    cluster.end("p1of2-1")
    cluster.end("p2of2-1", 1)
    assert send(cluster, 2, "--limit", "5") == ["p1of2-2", "p2of2-2"]


def test_a_round_that_the_cluster_took_in_part_is_completed() -> None:
    cluster = Cluster()
    cluster.takes = 1
    with pytest.raises(ClusterError):
        send(cluster, 3)
    cluster.takes = 99
    assert send(cluster, 3) == ["p2of3-1", "p3of3-1"]


def test_one_way_of_dividing_at_a_time() -> None:
    cluster = Cluster()
    send(cluster, 2)
    with pytest.raises(UsageError, match=r"p1of2-1 is building /shared/work"):
        send(cluster, 3)
    with pytest.raises(UsageError, match=r"p1of2-1 is building /shared/work"):
        submit(cast(ClusterJobs, cluster), wanted())
    cluster.end("p1of2-1")
    cluster.end("p2of2-1")
    assert str(submit(cast(ClusterJobs, cluster), wanted())).endswith(f"{hash_of(WORK)}-1")
    with pytest.raises(UsageError, match=rf"{hash_of(WORK)}-1 is building /shared/work"):
        send(cluster, 2)
