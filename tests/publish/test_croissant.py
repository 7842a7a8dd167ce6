"""`croissant.json` is valid by mlcroissant, and describes the rows so that it can read them."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import mlcroissant
import pytest

from pipeline.engine.columns import hints
from pipeline.publish.croissant_fields import record_set_fields
from pipeline.publish.tables import DEFAULT, TABLES
from pipeline.records import Span
from tests.publish.publishing import publish, publish_some, recipe
from tests.publish.samples import blob_of, jpeg, sample, tried

pytestmark = [
    # mlcroissant 1.1.1 calls what rdflib 7 and pandas 3 deprecate.
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Dataset.(default_context|contexts) is deprecated"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index"),
]

LEFT_OUT = {"citeAs", "datePublished", "version"}
"""Recommended, and not known to a build: see `pipeline.publish.croissant`."""


def validated(folder: Path) -> Any:
    """The dataset as mlcroissant sees it; whatever it finds fault with fails the test."""
    found = mlcroissant.Dataset(str(folder / "croissant.json"))
    issues = found.metadata.ctx.issues
    assert issues.errors == set()
    unexpected = [w for w in issues.warnings if not any(f"/{name}" in w for name in LEFT_OUT)]
    assert unexpected == []
    return found


def document(folder: Path) -> dict[str, Any]:
    text = (folder / "croissant.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def test_it_is_valid_and_its_context_the_standard_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    validated(publish_some(tmp_path))
    assert "@context" not in caplog.text


def test_mlcroissant_reads_every_row_with_boxes_and_pictures(tmp_path: Path) -> None:
    dataset = validated(publish_some(tmp_path))
    rows = {row["default/id"].decode(): row for row in dataset.records("default")}
    assert len(rows) == 8
    row = rows["q0003"]
    # What is one struct, as a route is, comes as its fields.
    assert {name.split("/")[1] for name in row} == set(hints(DEFAULT.row))
    (box,) = row["default/boxes"]
    assert box["default/boxes/bbox"] == [0.125, 0.1, 0.5, 0.9]
    frames = row["default/core_frames"]
    assert [f["default/core_frames/frame_index"] for f in frames] == [0, 30]
    assert all(f["default/core_frames/image"].size == (64, 48) for f in frames)
    assert row["default/intervals"][0]["default/intervals/pts_seconds"] == [0.0]
    assert {row["default/split"] for row in rows.values()} == {b"train", b"test"}
    rejected = list(dataset.records("rejected"))
    assert [row["rejected/reason"] for row in rejected] == [b"yes_no_bias"] * 2


def test_mlcroissant_reads_how_hard_a_question_was(tmp_path: Path) -> None:
    blobs, frames = blob_of(tmp_path / "store")
    spans = (Span(start_seconds=1.0, end_seconds=2.5), Span(start_seconds=3.0, end_seconds=4.0))
    asked = tried(sample(0, frames), problem_type="gqa", solution="B <> [1.00, 2.50]", spans=spans)
    publish(blobs, tmp_path / "dataset", [asked])
    (row,) = validated(tmp_path / "dataset").records("default")
    assert {name.split("/")[1] for name in row} == set(hints(DEFAULT.row))
    told = row["default/difficulty"]
    assert told["default/difficulty/pass_rate"] == 0.25
    pairs = [[float(n) for n in pair] for pair in told["default/difficulty/spans"]]
    assert pairs == [[1.0, 2.5], [3.0, 4.0]]


def test_covered_areas_are_boxes_in_a_list_of_any_length(tmp_path: Path) -> None:
    found = document(publish_some(tmp_path))
    (default,) = (s for s in found["recordSet"] if s["@id"] == "default")
    frames = next(f for f in default["field"] if f["name"] == "core_frames")
    blurred = next(f for f in frames["subField"] if f["name"] == "blurred")
    assert blurred["dataType"] == ["sc:Float", "cr:BoundingBox"]
    assert blurred["arrayShape"] == "-1,4"
    assert blurred["source"]["format"] == "REL_XYXY"


def test_boxes_and_splits_say_what_they_are(tmp_path: Path) -> None:
    found = document(publish_some(tmp_path))
    sets = {one["@id"]: one for one in found["recordSet"]}
    fields = {field["name"]: field for field in sets["default"]["field"]}
    inside = {field["name"]: field for field in fields["boxes"]["subField"]}
    assert inside["bbox"]["dataType"] == ["sc:Float", "cr:BoundingBox"]
    assert inside["bbox"]["source"]["format"] == "REL_XYXY"
    assert (inside["bbox"]["isArray"], inside["bbox"]["arrayShape"]) == (True, "4")
    assert "`[x1, y1, x2, y2]`, normalised to 0..1" in inside["bbox"]["description"]
    assert fields["split"]["references"] == {"field": {"@id": "default-splits/name"}}
    assert [row["default-splits/url"] for row in sets["default-splits"]["data"]] == [
        "cr:TrainingSplit",
        "cr:TestSplit",
    ]


def test_every_shard_is_there_with_its_own_hash(tmp_path: Path) -> None:
    folder = publish_some(tmp_path)
    files = [f for f in document(folder)["distribution"] if f["@type"] == "cr:FileObject"]
    paths = [f["contentUrl"] for f in files]
    assert sorted(paths) == sorted(
        p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet")
    )
    for file, path in zip(files, paths, strict=True):
        data = (folder / path).read_bytes()
        assert file["sha256"] == sha256(data).hexdigest()
        assert file["contentSize"] == f"{len(data)} B"


def test_provenance_names_the_stages_and_who_worked_in_them(tmp_path: Path) -> None:
    found = document(publish_some(tmp_path))
    stages = {one["@id"]: one for one in found["prov:wasGeneratedBy"]}
    fields = next(one for one in found["recordSet"] if one["@id"] == "default")["field"]
    for field in fields:
        made = field.get("prov:wasGeneratedBy", [])
        for one in made if isinstance(made, list) else [made]:
            assert one["@id"] in stages
    questions = stages["stages/questions"]
    assert questions["prov:wasAssociatedWith"][0]["prov:label"] == "program: 1"
    assert f"SHA-256 {'a' * 64}" in questions["prov:used"][0]["prov:label"]
    assert found["prov:wasDerivedFrom"] == [
        {"@type": "prov:Entity", "prov:label": "videos of example"}
    ]


def test_responsible_use_is_told_from_the_numbers(tmp_path: Path) -> None:
    found = document(publish_some(tmp_path))
    assert found["conformsTo"][1] == "http://mlcommons.org/croissant/RAI/1.0"
    assert any("computed by a program" in limit for limit in found["rai:dataLimitations"])
    assert any(
        "8 of 8 samples have a key item that is a person" in text
        for text in found["rai:personalSensitiveInformation"]
    )
    assert found["rai:dataCollectionMissingData"] == "No unit of work failed."
    assert found["rai:annotatorDemographics"] == ["No human wrote or corrected an answer."]


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("CC BY 4.0", "https://spdx.org/licenses/CC-BY-4.0"),
        ("my own terms", {"@type": "CreativeWork", "name": "my own terms"}),
    ],
)
def test_licences_are_those_that_were_stated(
    tmp_path: Path, licence: str, expected: object
) -> None:
    blobs, frames = blob_of(tmp_path / "store")
    publish(blobs, tmp_path / "d", [replace(sample(0, frames), licence=licence)])
    assert document(tmp_path / "d")["license"] == [expected]
    validated(tmp_path / "d")


def test_one_split_and_a_dataset_without_any_are_valid(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blobs, frames = blob_of(tmp_path / "store")
    one = tmp_path / "one"
    publish(blobs, one, [sample(0, frames)], given=recipe(test_fraction=0.0))
    assert [row["default/split"] for row in validated(one).records("default")] == [b"train"]
    none = tmp_path / "none"
    publish(blobs, none, [])
    found = mlcroissant.Dataset(str(none / "croissant.json"))
    assert found.metadata.ctx.issues.errors == set()


def test_no_address_of_a_host_and_no_date_is_in_it(tmp_path: Path) -> None:
    text = (publish_some(tmp_path) / "croissant.json").read_text()
    vocabularies = ("schema.org", "mlcommons.org", "purl.org", "w3.org", "spdx.org")
    hosts = {part.split("/")[0] for part in text.split("://")[1:]}
    assert all(host.removeprefix("www.") in vocabularies for host in hosts)
    assert "datePublished" not in text and "dateCreated" not in text


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_of_every_table_is_described(table: Any) -> None:
    fields = record_set_fields(table, "files")
    assert [field["name"] for field in fields] == list(hints(table.row))
    assert set(table.key) <= hints(table.row).keys()


def test_the_jpegs_are_read_as_pictures(tmp_path: Path) -> None:
    blobs, frames = blob_of(tmp_path / "store", 3)
    publish(blobs, tmp_path / "d", [sample(0, frames)], given=recipe(test_fraction=1.0))
    (row,) = validated(tmp_path / "d").records("default")
    found = [f["default/core_frames/image"] for f in row["default/core_frames"]]
    assert [image.getpixel((0, 0))[0] for image in found] == pytest.approx([0, 40, 80], abs=1)
    assert jpeg(0) != jpeg(40)
