from pathlib import Path

import numpy as np

from pipeline.recipe import CaptionsSettings, EmbedderSettings, Identity, Recipe
from pipeline.records import Vector
from pipeline.stages.embeddings import CaptionText, stage
from pipeline.store import BlobStore, Store
from tests.stages.units import kept, run, unit


def caption(number: int, text: str) -> CaptionText:
    return CaptionText(id=f"v/f{number}", video="v", pts_seconds=float(number), text=text)


def test_a_window_gives_one_vector_a_caption_whatever_its_pack(tmp_path: Path) -> None:
    blobs = BlobStore(Store(tmp_path))
    built = stage(Recipe(name="t"))
    first = unit(built, "v/w000000", caption(1, "A car on the left."), caption(2, "Two dogs."))
    second = unit(built, "v/w000001", caption(31, "A car on the left of a very long wall."))
    together = [kept(outcome) for outcome in run(built, blobs, first, second)]
    (alone,) = run(built, blobs, first)

    assert together[0] == kept(alone)
    assert [v.id for v in together[0]] == ["v/f1", "v/f2"]
    for vector in (*together[0], *together[1]):
        assert isinstance(vector, Vector)
        assert len(vector.values) == 384
        assert np.isclose(np.linalg.norm(vector.values), 1, atol=1e-6)


def test_identity_names_the_model_and_its_weights(tmp_path: Path) -> None:
    embedded = stage(Recipe(name="t"))
    local = Identity(embedder=EmbedderSettings(model=str(tmp_path)))
    wider = Identity(captions=CaptionsSettings(window_seconds=60))
    identities = [
        built.identity
        for built in (
            embedded,
            stage(Recipe(name="t", identity=local)),
            stage(Recipe(name="t", identity=wider)),
        )
    ]
    assert len({str(identity) for identity in identities}) == 3
    assert identities[0] == stage(Recipe(name="other")).identity
