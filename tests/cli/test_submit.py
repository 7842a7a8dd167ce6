"""Jobs on a real cluster of two nodes: submitted, followed, refused, stopped, resumed."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.engine.workspace import Workspace
from pipeline.storage.place import Url
from pipeline.store import Store
from pipeline.submission.cluster_jobs import ClusterJobs
from tests.cli.command import Ended, called, demitasse
from tests.fakes.ray_cluster import RunningCluster, ray_cluster
from tests.fakes.s3 import SECRET
from tests.footage import bikes
from tests.rendering import render_numbers

RECIPE = "jobs/demo.yaml"
WAIT_SECONDS = 60.0

pytestmark = pytest.mark.timeout(300)  # the first test waits for the cluster too


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    """One cluster for the module: a start costs seconds."""
    with ray_cluster(1, 1) as running:
        yield running


def copies(folder: Path, video: Path, count: int) -> Path:
    """A folder of videos that differ in a box which no decoder reads."""
    folder.mkdir()
    data = video.read_bytes()
    for number in range(count):
        free = (16).to_bytes(4, "big") + b"free" + number.to_bytes(8, "big")
        (folder / f"v{number:03d}.mp4").write_bytes(data + free)
    return folder


def command(cluster: RunningCluster, videos: Path, work: Path | str, *options: str) -> list[str]:
    """To submit the two stages that need no model."""
    where = ["--address", cluster.dashboard, "--work", str(work), "--no-install"]
    return ["submit", RECIPE, str(videos), "--until", "frames", *where, *options]


def submit(cluster: RunningCluster, videos: Path, work: Path | str, *options: str) -> Ended:
    return called(*command(cluster, videos, work, *options))


def follow(cluster: RunningCluster, videos: Path, work: Path | str, *options: str) -> Ended:
    """Submit and follow, in a process of its own: Ray calls what aiohttp deprecates."""
    return demitasse(*command(cluster, videos, work, *options, "--follow"))


def jobs(cluster: RunningCluster, verb: str, *arguments: str) -> Ended:
    return called("jobs", verb, *arguments, "--address", cluster.dashboard)


def until(holds: Callable[[], bool]) -> None:
    over = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < over
        time.sleep(0.1)


def ran(log: str, stage: str) -> int:
    """How many units of a stage a run did, by its log."""
    found = re.search(rf"^{stage}: .*?(?:(\d+) run in|(nothing to do))", log, re.MULTILINE)
    assert found is not None, log
    return int(found[1] or 0)


def test_a_job_is_followed_and_exits_as_its_run_does(
    cluster: RunningCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMITASSE_TEST_KEY", "sk-very-secret")
    videos = copies(tmp_path / "videos", render_numbers(tmp_path / "one.mp4", 50), 3)
    (videos / "broken.mp4").write_bytes(b"no video")
    env = ["--env", "DEMITASSE_TEST_KEY"]
    done = follow(cluster, videos, tmp_path / "work", *env, "--json")
    assert done.status == 3, done.stderr
    job = json.loads(done.stdout)
    assert job["outcome"] == "partial"
    assert re.fullmatch(r"demitasse-demo-[0-9a-f]{8}-1", job["name"])
    assert "videos: 3 kept, 1 rejected" in done.stderr
    assert "demitasse submit" in done.stderr
    assert "Ray stores DEMITASSE_TEST_KEY with the job" in done.stderr
    told = jobs(cluster, "status", job["name"].rpartition("-")[0], "--json")
    assert told.status == 3
    assert json.loads(told.stdout) == job
    listed = demitasse("jobs", "list", "--address", cluster.dashboard)
    assert job["name"] in listed.stderr and "partial" in listed.stderr
    printed = jobs(cluster, "logs", job["name"])
    assert "videos: 3 kept, 1 rejected" in printed.stdout
    for shown in (done, told, listed, printed):
        assert "sk-very-secret" not in shown.stdout + shown.stderr


def test_a_job_that_runs_refuses_another_is_stopped_and_resumes(
    cluster: RunningCluster, tmp_path: Path
) -> None:
    videos, work = copies(tmp_path / "videos", bikes(), 24), tmp_path / "work"
    first = submit(cluster, videos, work, "--json")
    assert first.status == 0, first.stderr
    name = json.loads(first.stdout)["name"]
    asked = ClusterJobs(cluster.dashboard)
    refused = submit(cluster, videos, work)
    assert refused.status == 2
    assert f"job {name} is building {work}" in refused.stderr
    until(lambda: "videos: 24 kept" in asked.logs(name))
    stopped = jobs(cluster, "stop", name, "--json")
    assert json.loads(stopped.stdout)["outcome"] == "stopped"
    log = asked.logs(name)
    assert "stopped; continue with: demitasse submit" in " ".join(log.split())
    assert jobs(cluster, "status", name).status == 130
    resumed = follow(cluster, videos, work)
    assert resumed.status == 0, resumed.stderr
    assert f"submitted {name[:-1]}2" in resumed.stderr
    assert ran(resumed.stderr, "videos") == 0
    assert 0 < ran(resumed.stderr, "frames") < 24


def test_a_workspace_and_its_videos_may_lie_in_a_bucket(
    cluster: RunningCluster, bucket: Url, tmp_path: Path
) -> None:
    video = render_numbers(tmp_path / "one.mp4", 50)
    Store(bucket / "videos").write("one.mp4", video.read_bytes())
    # The cluster was started without them, as one whose nodes have no role of their own.
    names = ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    listed = tmp_path / "videos.csv"
    listed.write_text(f"path,licence\n{bucket}/videos/one.mp4,CC-BY\n")
    options = [part for name in names for part in ("--env", name)]
    done = follow(cluster, listed, f"{bucket}/built/", *options)
    assert done.status == 0, done.stderr
    assert "frames: 1 kept" in done.stderr
    store = Workspace.at(bucket / "built").store
    assert store.names("files") and store.folder_names("blobs")
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.slow
def test_partitions_are_jobs_and_one_over_all_finds_their_work_done(
    cluster: RunningCluster, tmp_path: Path
) -> None:
    videos = copies(tmp_path / "videos", render_numbers(tmp_path / "one.mp4", 50), 6)
    work, asked = tmp_path / "work", ClusterJobs(cluster.dashboard)
    sent = submit(cluster, videos, work, "--partitions", "2", "--json")
    assert sent.status == 0, sent.stderr
    names = [job["name"] for job in json.loads(sent.stdout)]
    every = names[0].rpartition("-p1of2")[0]
    assert names == [f"{every}-p1of2-1", f"{every}-p2of2-1"]
    assert f"demitasse jobs stop {every} --address" in " ".join(sent.stderr.split())
    refused = submit(cluster, videos, work)
    assert (refused.status, f"job {names[0]} is building" in refused.stderr) == (2, True)
    ended = [asked.wait(name) for name in names]
    logs = [asked.logs(name) for name in names]
    assert [job.state for job in ended] == ["succeeded", "succeeded"], logs
    assert sum(ran(log, "frames") for log in logs) == 6
    assert all("run or submit the same without" in " ".join(log.split()) for log in logs)
    whole = follow(cluster, videos, work)
    assert whole.status == 0, whole.stderr
    assert f"submitted {every}-1" in whole.stderr
    assert (ran(whole.stderr, "videos"), ran(whole.stderr, "frames")) == (0, 0)
    again = submit(cluster, videos, work, "--partitions", "2")
    assert f"submitted {every}-p2of2-2" in again.stderr
    stopped = jobs(cluster, "stop", every)
    assert stopped.status == 0, stopped.stderr
    assert asked.running(every) == []


@pytest.mark.slow
def test_after_the_head_was_lost_a_new_cluster_goes_on(tmp_path: Path) -> None:
    videos, work = copies(tmp_path / "videos", bikes(), 40), tmp_path / "work"
    with ray_cluster(1) as lost:
        first = submit(lost, videos, work, "--json")
        assert first.status == 0, first.stderr
        name = json.loads(first.stdout)["name"]
        asked = ClusterJobs(lost.dashboard)
        until(lambda: "videos: 40 kept" in asked.logs(name))
        lost.kill_all()
    with ray_cluster(1) as fresh:
        resumed = follow(fresh, videos, work)
    assert resumed.status == 0, resumed.stderr
    assert ran(resumed.stderr, "videos") == 0
    assert "frames: 40 kept" in resumed.stderr
