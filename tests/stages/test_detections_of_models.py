"""The stage over detectors and a box check that are models: tiny ones, loaded by their paths."""

from pathlib import Path

import pytest

from pipeline.outcome import Failed
from pipeline.recipe import ClipSettings, Identity, Recipe, TransformersDetectorSettings
from pipeline.records import Candidate
from pipeline.stages.detections import StoredFrame, Wanted, stage
from tests.models import tiny_detectors
from tests.shots import shots
from tests.stages.units import kept, run, store_jpegs, unit


@pytest.mark.parametrize("family", ["grounding-dino", "owlv2"])
def test_candidates_are_found_by_a_model_and_checked_by_another(
    tmp_path: Path, family: str
) -> None:
    detector = TransformersDetectorSettings(
        kind="transformers",
        model=str(tiny_detectors.make(family, tmp_path / family)),
        min_score=0.0,
        max_candidates=2,
    )
    clip = ClipSettings(model=str(tiny_detectors.clip(tmp_path / "clip")))
    detections = stage(Recipe(name="t", identity=Identity(detector=detector, clip=clip)))
    blobs, places = store_jpegs(tmp_path / "blobs", [shots()[5].jpeg, shots()[6].jpeg, b"garbage"])
    frames = [StoredFrame(id=f"v/f{i}", **place) for i, place in enumerate(places)]
    units = [
        unit(detections, name, Wanted(id=name, video="v", frame=frame.id, phrase=phrase), frame)
        for frame in frames
        for phrase in ("a red car", "dog", "?")
        for name in [f"{frame.id}#{phrase}"]
    ]
    *good, first, second, third = run(detections, blobs, *units)
    assert all(
        isinstance(o, Failed) and o.error_class == "UndecodableImage"
        for o in (first, second, third)
    )
    for i, outcome in enumerate(good):
        rows = kept(outcome)
        assert len(rows) == (0 if i % 3 == 2 else 2)
        for rank, row in enumerate(rows, 1):
            assert isinstance(row, Candidate)
            assert row.id == f"{units[i].id}#{rank}"
            assert row.detector.startswith(f"transformers:{family}@")
            for cosine in (row.clip_similarity, row.clip_frame, row.clip_random):
                assert cosine is not None and -1 <= cosine <= 1


def test_the_weights_are_part_of_the_stages_identity(tmp_path: Path) -> None:
    def identity(detector: str, clip: str) -> object:
        return stage(
            Recipe(
                name="t",
                identity=Identity(
                    detector=TransformersDetectorSettings(kind="transformers", model=detector),
                    clip=ClipSettings(model=clip),
                ),
            )
        ).identity

    detector = str(tiny_detectors.make("owlv2", tmp_path / "owlv2"))
    clip = str(tiny_detectors.clip(tmp_path / "clip"))
    before = identity(detector, clip)
    assert identity(detector, clip) == before
    (tmp_path / "clip" / "open_clip_config.json").write_text("{}")
    assert identity(detector, clip) != before
