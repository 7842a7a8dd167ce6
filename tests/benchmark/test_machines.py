"""`croissant.json` of a benchmark is valid and describes its own rows."""

from pathlib import Path

import pytest

from pipeline.benchmark.build import Order, build
from pipeline.benchmark.phrases import some
from tests.benchmark.street import published
from tests.publish import test_croissant
from tests.publish.test_croissant import document, validated

pytestmark = test_croissant.pytestmark


def test_it_is_valid_and_names_version_and_files(tmp_path: Path) -> None:
    dataset, out = published(tmp_path), tmp_path / "v1"
    made = build(dataset, out, Order(6, "1.0"))
    found, source = document(out), document(dataset)
    assert (found["version"], found["identifier"]) == ("1.0", made.content)
    assert found["name"].endswith(": benchmark 1.0")
    assert "12 of them" in found["description"]
    assert found["prov:wasGeneratedBy"] == source["prov:wasGeneratedBy"]
    files = {node["@id"] for node in found["distribution"] if node["@type"] == "cr:FileObject"}
    assert files and all((out / name).is_file() for name in files)
    rows = list(validated(out).records("default"))
    assert len(rows) == made.questions == 12


@pytest.mark.parametrize(("count", "told"), [(0, "0 videos"), (1, "1 video"), (2, "2 videos")])
def test_counts_in_words(count: int, told: str) -> None:
    assert some(count, "video") == told
