from pathlib import Path
from typing import Literal

import pytest

from pipeline.outcome import Failed
from pipeline.recipe import (
    CaptionerRuntime,
    CaptionsSettings,
    DetectorCaptionerSettings,
    EndpointCaptionerSettings,
    FiltersSettings,
    Identity,
    Recipe,
    Runtime,
)
from pipeline.records import Caption
from pipeline.stages.captions import PassedFrame, StoredFrame, stage
from tests.shots import shots
from tests.stages.units import kept, run, store_jpegs, unit

STAGE = stage(Recipe(name="t"))


def test_every_frame_of_a_window_gets_a_caption_and_bad_bytes_fail_only_theirs(
    tmp_path: Path,
) -> None:
    blobs, places = store_jpegs(tmp_path, [*(s.jpeg for s in shots()), b"garbage"])
    frames = [
        StoredFrame(id=f"v/f{i}", video="v", frame_index=i, pts_seconds=float(i), **place)
        for i, place in enumerate(places)
    ]
    good = unit(STAGE, "v/w000000", *frames[:-1])
    bad = unit(STAGE, "v/w000001", frames[0], frames[-1])
    first, failed, again = run(STAGE, blobs, good, bad, good)

    captions = kept(first)
    assert captions == kept(again)
    assert [c.id for c in captions] == [f.id for f in frames[:-1]]
    for caption, frame in zip(captions, frames, strict=False):
        assert isinstance(caption, Caption)
        assert (caption.frame_index, caption.pts_seconds) == (frame.frame_index, frame.pts_seconds)
        assert caption.captioner == "detector:ssd-mobilenet-v2-coco@2a8d8a89"
    assert {"person", "car"} <= {o.label for c in captions for o in c.objects}
    assert isinstance(failed, Failed)
    assert failed.error_class == "UndecodableImage"
    assert frames[-1].id in failed.message


def test_identity_follows_what_changes_captions_and_no_runtime_setting() -> None:
    changed = [
        Identity(captioner=DetectorCaptionerSettings(min_score=0.5)),
        Identity(captions=CaptionsSettings(window_seconds=10)),
    ]
    identities = [stage(Recipe(name="t", identity=i)).identity for i in changed]
    assert all(identity != STAGE.identity for identity in identities)
    faster = Runtime(captioner=CaptionerRuntime(batch_size=1, workers=1))
    assert stage(Recipe(name="t", runtime=faster)).identity == STAGE.identity


def test_with_a_filter_only_frames_that_passed_are_captioned(tmp_path: Path) -> None:
    built = stage(Recipe(name="t", identity=Identity(filters=FiltersSettings(blur=1.0))))
    assert "passed" in built.split.columns
    blobs, (place, *_) = store_jpegs(tmp_path, [shots()[2].jpeg])
    frame = StoredFrame(id="v/f2", video="v", frame_index=2, pts_seconds=2.0, **place)
    passed = PassedFrame(id="v/f2", video="v", pts_seconds=2.0, passed=True)
    (outcome,) = run(built, blobs, unit(built, "v/w000000", frame, passed))
    (caption,) = kept(outcome)
    (plain,) = kept(run(STAGE, blobs, unit(STAGE, "v/w000000", frame))[0])
    assert caption == plain


@pytest.mark.parametrize("together", [1, 4, 30])
@pytest.mark.parametrize("kind", ["endpoint", "server"])
def test_enough_windows_are_at_work_for_the_calls_in_flight(
    together: int, kind: Literal["endpoint", "server"]
) -> None:
    settings = EndpointCaptionerSettings(kind=kind, model="m", frames_together=together)
    reached = CaptionerRuntime(base_url="http://127.0.0.1:1/v1", command="x {port}", in_flight=64)
    recipe = Recipe(
        name="t", identity=Identity(captioner=settings), runtime=Runtime(captioner=reached)
    )
    resources = stage(recipe).resources
    calls_a_window = -(-30 // together)
    # A pack has one window at a time in calls; some wait for their last answer.
    assert 2 * 64 <= resources.packs * calls_a_window <= 6 * 64
