"""A recipe in partitions, as a person runs it."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.cli import building
from pipeline.cli.building import Job, settle
from pipeline.engine.browse import read_ids
from pipeline.engine.build import LocalLanes
from pipeline.engine.status import status
from pipeline.engine.workspace import Workspace
from pipeline.errors import UsageError
from pipeline.partition import Partition, all_of
from pipeline.recipe_file import load_recipe
from pipeline.records import Video
from tests.cli.command import demitasse, finish, start, tree
from tests.cli.test_submit import copies
from tests.footage import bikes
from tests.rendering import render_numbers

DEMO = Path("jobs/demo.yaml")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in this process: no Ray to start, and no model loaded twice."""
    monkeypatch.setattr(building, "RayLanes", lambda *settings: LocalLanes())


def job(videos: list[Path], work: Path, partition: Partition | None, **more: str | bool) -> Job:
    recipe = settle(load_recipe(DEMO, []), [str(video) for video in videos])
    return Job(recipe, work, "local", "again", partition=partition, **more)  # type: ignore[arg-type]


def rendered(folder: Path) -> list[Path]:
    """Four videos, of which each of two partitions owns two."""
    names = [folder / f"v{n}.mp4" for n in range(40)]
    mine = [[path for path in names if p.owns(str(path))][:2] for p in all_of(2)]
    videos = sorted([*mine[0], *mine[1]])
    return [render_numbers(path, 40 + n) for n, path in enumerate(videos)]


def ran(told: str) -> dict[str, int]:
    events = [json.loads(line) for line in told.splitlines()]
    return {e["stage"]: e["ran"] for e in events if e["event"] == "stage_ended"}


@pytest.mark.usefixtures("here")
def test_each_does_its_own_and_the_whole_finds_all_done(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    videos = rendered(tmp_path)
    work, total = tmp_path / "work", 0
    for partition in all_of(2):
        assert building.build(job(videos, work, partition, last="frames"), as_json=True) == 0
        said = capfd.readouterr()
        assert json.loads(said.out.splitlines()[-1])["partition"] == str(partition)
        assert f"partition {partition} has ended; when all have, run or submit" in said.err
        assert ran(said.out) == {"videos": 2, "frames": 2}
        total += 2
        (found, _) = status(Workspace.at(work), ["videos", "frames"], 5)
        assert found.counts.units == total
    assert total == len(videos)
    assert building.build(job(videos, work, None, last="frames"), as_json=True) == 0
    assert ran(capfd.readouterr().out) == {"videos": 0, "frames": 0}
    assert len(read_ids(Workspace.at(work), "videos", Video)) == 4


@pytest.mark.usefixtures("here")
def test_one_content_under_two_paths_is_one_video(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    names = [tmp_path / f"v{n}.mp4" for n in range(40)]
    mine, theirs = (next(path for path in names if p.owns(str(path))) for p in all_of(2))
    shutil.copy(render_numbers(mine, 40), theirs)
    frames = []
    for partition in (*all_of(2), None):
        building.build(job([mine, theirs], tmp_path / "w", partition, last="frames"), as_json=True)
        frames.append(ran(capfd.readouterr().out)["frames"])
    assert frames == [1, 0, 0]
    assert len(read_ids(Workspace.at(tmp_path / "w"), "videos", Video)) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"last": "publish"}, "--partition 1/2: stage publish takes the whole workspace"),
        ({"first": "publish"}, "--partition 1/2: stage publish takes the whole workspace"),
        ({"batch": True}, "--partition 1/2: --batch takes the whole workspace"),
        ({"first": "captions"}, r"stage videos has no results of partition 1/2 in .* yet: run"),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_a_partition_cannot_do_is_refused(
    tmp_path: Path, more: dict[str, str | bool], words: str
) -> None:
    video = render_numbers(tmp_path / "v.mp4", 40)
    with pytest.raises(UsageError, match=words):
        building.build(job([video], tmp_path / "w", Partition(2, 1), **more), as_json=True)


def test_help_and_errors_say_what_it_takes() -> None:
    assert "K/N" in demitasse("run", "--help").stdout
    wrong = demitasse("run", DEMO, "--partition", "3/2")
    assert (wrong.status, wrong.stdout) == (2, "")
    assert "from 1/N to N/N, such as 2/8" in " ".join(wrong.stderr.split())
    ended = demitasse(
        *("submit", DEMO, "--work", "/w", "--address", "http://127.0.0.1:9"),
        *("--partitions", "2", "--follow"),
    )
    assert ended.status == 2
    assert "--follow shows one job" in ended.stderr


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("here")
def test_the_dataset_is_the_same_bytes_however_it_was_divided(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    videos = sorted(copies(tmp_path / "videos", bikes(), 3).iterdir())
    building.build(job(videos, tmp_path / "whole", None), as_json=True)
    whole = ran(capfd.readouterr().out)
    work, units = tmp_path / "work", dict.fromkeys(whole, 0)
    for few, count in ((videos[:2], 2), (videos, 3)):
        for partition in all_of(count):
            building.build(job(few, work, partition), as_json=True)
            for stage, number in ran(capfd.readouterr().out).items():
                units[stage] += number
    assert units.pop("publish") == 0
    assert not (work / "dataset").exists()
    assert building.build(job(videos, work, None), as_json=True) == 0
    last = ran(capfd.readouterr().out)
    assert last.pop("publish") == whole.pop("publish") == 1
    assert set(last.values()) == {0}
    assert units == whole
    assert tree(work / "dataset") == tree(tmp_path / "whole" / "dataset")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_commands_at_once(tmp_path: Path) -> None:
    videos = rendered(tmp_path)
    options = ("--work", tmp_path / "work", "--until", "frames", "--json")
    first = start("run", DEMO, *videos, *options, "--partition", "1/2")
    assert first.stdout is not None
    # Its Ray has started by then: two that start at once are slow on a busy machine.
    assert any('"pack_done"' in line for line in first.stdout), finish(first)
    second = demitasse("run", DEMO, *videos, *options, "--partition", "2/2")
    ended = [finish(first), second]
    assert [one.status for one in ended] == [0, 0], ended
    assert [one.ran["frames"] for one in ended] == [2, 2]
    assert demitasse("run", DEMO, *videos, *options).ran == {"videos": 0, "frames": 0}
    watched = demitasse("status", tmp_path / "work", "--watch")
    assert "the run has ended: done" in watched.stderr
