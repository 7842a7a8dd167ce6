"""The `looks` stage: one row a frame, read from where the JPEGs lie."""

from pathlib import Path

from pipeline.media.looks import looks_of
from pipeline.outcome import Failed
from pipeline.recipe import CaptionsSettings, FiltersSettings, Identity, Recipe
from pipeline.records import Look
from pipeline.stages.looks import StoredPicture, stage
from tests.shots import shots
from tests.stages.units import kept, run, store_jpegs, unit

STAGE = stage(Recipe(name="t"))


def test_every_frame_is_looked_at_and_bad_bytes_fail_only_their_window(tmp_path: Path) -> None:
    jpegs = [s.jpeg for s in shots()]
    blobs, places = store_jpegs(tmp_path, [*jpegs, b"garbage"])
    frames = [StoredPicture(id=f"v/f{i}", video="v", **place) for i, place in enumerate(places)]
    good = unit(STAGE, "v/w000000", *frames[:-1])
    bad = unit(STAGE, "v/w000001", frames[0], frames[-1])
    first, failed, again = run(STAGE, blobs, good, bad, good)

    looks = {row.id: row for row in kept(first)}
    assert list(kept(first)) == list(kept(again))
    for frame, data in zip(frames, jpegs, strict=False):
        look, seen = looks[frame.id], looks_of(data)
        assert isinstance(look, Look) and seen is not None
        assert (look.video, look.phash, look.grid) == ("v", seen.phash, seen.grid)
        assert (look.luma_p98, look.text_share) == (seen.luma_p98, seen.text_share)
    assert isinstance(failed, Failed)
    assert failed.error_class == "UndecodableImage"
    assert frames[-1].id in failed.message


def test_no_setting_changes_what_a_frame_looks_like() -> None:
    identity = Identity(
        captions=CaptionsSettings(window_seconds=10), filters=FiltersSettings(black=20)
    )
    other = stage(Recipe(name="t", identity=identity))
    assert other.identity == STAGE.identity
