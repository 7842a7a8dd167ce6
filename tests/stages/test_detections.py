from pathlib import Path

import pytest

from pipeline.engine.stage import Unit
from pipeline.outcome import Failed, Kept
from pipeline.recipe import Identity, Recipe, SsdDetectorSettings
from pipeline.stages.detections import StoredFrame, Wanted, stage
from pipeline.store import BlobStore
from tests.shots import shots
from tests.stages.units import kept, run, store_jpegs, unit

STAGE = stage(Recipe(name="t"))


class Footage:
    """Mentions over stored frames: real ones, and one that is no picture."""

    blobs: BlobStore

    def __init__(self, folder: Path) -> None:
        self.blobs, places = store_jpegs(folder, [*(s.jpeg for s in shots()), b"garbage"])
        self.frames = [StoredFrame(id=f"v/f{i}", **place) for i, place in enumerate(places)]

    def mention(self, number: int, phrase: str) -> Unit:
        frame = self.frames[number]
        name = f"{frame.id}#{phrase}"
        return unit(STAGE, name, Wanted(id=name, video="v", frame=frame.id, phrase=phrase), frame)


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    return Footage(tmp_path_factory.mktemp("blobs"))


def test_candidates_do_not_depend_on_the_pack(footage: Footage) -> None:
    units = [
        footage.mention(5, "bicycle"),
        footage.mention(5, "person"),
        footage.mention(6, "car"),
        footage.mention(5, "car"),
    ]
    together = run(STAGE, footage.blobs, *units)
    assert together == [run(STAGE, footage.blobs, one)[0] for one in units]
    bicycles = kept(together[0])
    assert [c.id for c in bicycles][:1] == ["v/f5#bicycle#1"]
    assert {c.mention for c in bicycles} == {"v/f5#bicycle"}
    assert {c.detector for c in bicycles} == {"ssd:ssd-mobilenet-v2-coco@2a8d8a89"}
    assert {c.clip_similarity for c in bicycles} == {None}


def test_a_phrase_that_nothing_matches_is_kept_with_no_rows(footage: Footage) -> None:
    outcomes = run(STAGE, footage.blobs, footage.mention(5, "unicorn"), footage.mention(0, "dog"))
    assert outcomes == [Kept([]), Kept([])]


def test_a_frame_that_is_no_picture_fails_its_mentions_and_no_others(footage: Footage) -> None:
    bad = len(footage.frames) - 1
    units = [footage.mention(bad, "car"), footage.mention(bad, "dog"), footage.mention(5, "person")]
    first, second, good = run(STAGE, footage.blobs, *units)
    assert isinstance(first, Failed) and isinstance(second, Failed)
    assert first.error_class == "UndecodableImage"
    assert kept(good)


def test_identity_names_settings_and_weights() -> None:
    other = Identity(detector=SsdDetectorSettings(max_candidates=3))
    assert stage(Recipe(name="t", identity=other)).identity != STAGE.identity
    assert str(STAGE.identity["revision"]).startswith("2a8d8a89")
