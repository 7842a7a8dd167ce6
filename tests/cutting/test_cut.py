"""A dataset without pictures gets them back from the videos, and its clips are cut."""

import json
import shutil
from pathlib import Path

import av
import datasets
import pytest

from pipeline.cli import exit_codes
from pipeline.cutting.clips import cut
from pipeline.media.restoring import restore
from pipeline.outcome import Failed
from pipeline.publish.clips import CLIPS, Clip, read_clips
from pipeline.publish.reading import samples
from tests.cli.command import called, demitasse
from tests.footage import bikes


@pytest.fixture(scope="module")
def reference(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's dataset as it is passed on where its footage may not be."""
    folder = tmp_path_factory.mktemp("reference")
    work = shutil.copytree(demo_workspace, folder / "work")
    out = folder / "dataset"
    done = called("publish", str(work), str(out), "--set", "publish.frames=reference")
    assert done.status == exit_codes.DONE, done.stderr
    return out


def test_a_dataset_by_reference_has_no_picture_and_all_that_tells_them(reference: Path) -> None:
    rows = list(samples(reference))
    assert rows
    frames = [frame for row in rows for frame in row.core_frames]
    assert all(frame.image is None for frame in frames)
    assert all(len(frame.sha256) == 64 and len(frame.phash) == 16 for frame in frames)
    loaded = datasets.load_dataset(str(reference))
    (split,) = loaded.values()
    assert split[0]["core_frames"][0]["image"] is None


def test_the_pictures_come_back_byte_for_byte(
    reference: Path, demo_workspace: Path, tmp_path: Path
) -> None:
    out = tmp_path / "whole"
    done = demitasse("cut", str(reference), str(bikes().parent), "--out", str(out), "--json")
    told = json.loads(done.stdout)
    assert done.status == exit_codes.DONE, done.stderr
    assert set(told["frames"]) == {"identical"} and told["missing"] == []
    embedded = {row.id: row for row in samples(demo_workspace / "dataset")}
    for row in samples(out):
        assert row == embedded[row.id]
    assert (out / "README.md").exists() and (out / CLIPS).exists()
    again = called("cut", str(reference), str(bikes()), "--out", str(out))
    assert again.status == exit_codes.DONE, "what cut wrote it may write again"


def test_without_the_videos_it_says_which_and_ends_as_partial(
    reference: Path, tmp_path: Path
) -> None:
    (tmp_path / "none").mkdir()
    done = called("cut", str(reference), str(tmp_path / "none"), "--out", str(tmp_path / "out"))
    assert done.status == exit_codes.PARTIAL
    assert "1 videos are in none of the places" in done.stderr
    assert all(f.image is None for row in samples(tmp_path / "out") for f in row.core_frames)


def test_what_is_no_dataset_and_a_place_that_is_not_there_are_one_sentence(
    reference: Path, tmp_path: Path
) -> None:
    wrong = called("cut", str(tmp_path), str(bikes()), "--out", str(tmp_path / "out"))
    assert (wrong.status, "is no dataset of demitasse" in wrong.stderr) == (2, True)
    gone = called("cut", str(reference), "/no/such/place", "--out", str(tmp_path / "out"))
    assert (gone.status, "there is no /no/such/place" in gone.stderr) == (2, True)


def test_clips_hold_the_stretch_and_nothing_else(reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "clips"
    done = called("cut", str(reference), str(bikes()), "--out", str(out), "--clips", "--json")
    assert done.status == exit_codes.DONE, done.stderr
    listed = list(read_clips(reference / CLIPS))
    assert {path.stem for path in out.iterdir()} == {clip.id for clip in listed}
    for clip in listed[:2]:
        with av.open(str(out / f"{clip.id}.mp4")) as video:
            times = [frame.time for frame in video.decode(video=0)]
        assert times[0] == 0
        assert len(times) == round((clip.end_seconds - clip.start_seconds) * 25)


def test_a_clip_beyond_the_video_and_a_file_that_is_none_are_values(tmp_path: Path) -> None:
    beyond = cut(bikes(), Clip("q", "v", "s", 100.0, 101.0), tmp_path / "a.mp4")
    assert isinstance(beyond, Failed) and beyond.error_class == "NoFrames"
    garbage = tmp_path / "garbage.mp4"
    garbage.write_bytes(b"garbage")
    assert isinstance(cut(garbage, Clip("q", "v", "s", 0, 1), tmp_path / "b.mp4"), Failed)
    assert isinstance(restore(garbage, [0], 768, 90), Failed)


def test_frames_beyond_the_end_are_missing_and_cost_no_others() -> None:
    made = restore(bikes(), [0, 10_000], 768, 90)
    assert isinstance(made, dict) and set(made) == {0}
