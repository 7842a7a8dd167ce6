"""The `videos` stage: good files become videos, the others are named with reasons."""

from pathlib import Path

from pipeline.engine.stage import Unit
from pipeline.outcome import Failed, Kept, Rejected
from pipeline.recipe import Identity, Recipe, Runtime, VideosRuntime, VideosSettings
from pipeline.records import Source, Video
from pipeline.stages.videos import File, stage
from pipeline.store import BlobStore, Store
from tests.rendering import Encoding, render_numbers, render_silence, truncate
from tests.stages.units import kept, run, unit

STAGE = stage(Recipe(name="t"))


def file_unit(path: Path) -> Unit:
    status = path.lstat()
    return unit(STAGE, str(path), File(str(path), str(path), status.st_size, status.st_mtime_ns))


def test_good_and_hostile_files_in_one_pack(tmp_path: Path) -> None:
    good = render_numbers(tmp_path / "good.mp4", 50)
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(good.read_bytes())
    encoding = Encoding(gop=1, container_options={"movflags": "faststart"})
    cut = truncate(render_numbers(tmp_path / "cut.mp4", 60, encoding), 0.9)
    text = tmp_path / "text.mp4"
    text.write_text("no video\n" * 100)
    loop = tmp_path / "loop.mp4"
    loop.symlink_to(loop)
    sound = render_silence(tmp_path / "sound.m4a", 2)
    short = render_numbers(tmp_path / "short.mp4", 5)
    paths = [good, copy, cut, text, loop, sound, short]

    outcomes = run(STAGE, BlobStore(Store(tmp_path)), *map(file_unit, paths))

    source, video = kept(outcomes[0])
    assert isinstance(source, Source) and isinstance(video, Video)
    assert (source.id, source.video) == (str(good), video.id)
    assert kept(outcomes[1])[1].id == video.id
    assert kept(outcomes[2])[1].truncated
    rejected = [o for o in outcomes[3:] if isinstance(o, Rejected)]
    assert [o.reason for o in rejected] == ["unreadable", "unreadable", "audio_only", "too_short"]
    assert all(str(path) in o.message for path, o in zip(paths[3:], rejected, strict=True))


def test_time_limit_costs_the_unit_only(tmp_path: Path) -> None:
    path = render_numbers(tmp_path / "good.mp4", 50)
    blobs = BlobStore(Store(tmp_path))
    hurried = Recipe(name="t", runtime=Runtime(videos=VideosRuntime(timeout_seconds=0.001)))
    (failed,) = run(stage(hurried), blobs, file_unit(path))
    assert isinstance(failed, Failed) and failed.error_class == "TimeLimit"
    (done,) = run(STAGE, blobs, file_unit(path))
    assert isinstance(done, Kept)
    assert stage(hurried).identity == STAGE.identity


def test_limits_are_identity() -> None:
    other = Recipe(name="t", identity=Identity(videos=VideosSettings(min_seconds=2)))
    assert stage(other).identity != STAGE.identity
