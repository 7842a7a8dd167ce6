"""`schemas/` is what the code says, and what is published obeys it."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import TypeAdapter

from pipeline import schemas
from pipeline.publish.published import SampleRow
from pipeline.publish.reading import read_sample
from pipeline.recipe import Recipe
from pipeline.recipe_file import to_yaml
from tests.publish.publishing import publish_some, tree

DOCUMENTS = schemas.documents()


def test_the_committed_schemas_are_up_to_date() -> None:
    assert schemas.stale(schemas.FOLDER) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_schema_is_valid(name: str) -> None:
    schema = json.loads(DOCUMENTS[name])
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_sample_schema_describes_the_published_columns(tmp_path: Path) -> None:
    dataset = publish_some(tmp_path)
    text = (dataset / "schemas" / "sample.schema.json").read_text()
    assert text == DOCUMENTS["sample.schema.json"]
    row = read_sample(dataset, "q0003")
    assert row is not None
    schema = json.loads(text)
    assert list(schema["properties"]) == list(row.__slots__)
    published = json.loads(json.dumps(TypeAdapter(SampleRow).dump_python(row), default=bytes.hex))
    jsonschema.Draft202012Validator(schema).validate(published)
    published["boxes"][0]["bbox"][3] = 270
    with pytest.raises(jsonschema.ValidationError, match="270"):
        jsonschema.Draft202012Validator(schema).validate(published)


def test_the_recipe_schema_describes_the_file(tmp_path: Path) -> None:
    """Flat, as people write it, and so of use to an editor; `to_yaml` spells out every field."""
    validator = jsonschema.Draft202012Validator(json.loads(DOCUMENTS["recipe.schema.json"]))
    written = yaml.safe_load(to_yaml(Recipe(name="trial")))
    validator.validate(written)
    validator.validate({"captioner": {"batch_size": 2, "min_score": 0.5}})
    for wrong in ({"captioner": {"batch": 2}}, {"frames": {"jpeg_quality": 101}}, {"nmae": "x"}):
        assert not validator.is_valid(wrong)


def test_writing_mends_what_is_stale_and_removes_what_is_gone(tmp_path: Path) -> None:
    schemas.write(tmp_path)
    before = tree(tmp_path)
    assert set(before) == set(DOCUMENTS)
    (tmp_path / "video.schema.json").write_text("{}")
    (tmp_path / "gone.schema.json").write_text("{}")
    (tmp_path / "recipe.schema.json").unlink()
    assert schemas.stale(tmp_path) == [
        "gone.schema.json",
        "recipe.schema.json",
        "video.schema.json",
    ]
    schemas.write(tmp_path)
    assert tree(tmp_path) == before
    assert schemas.stale(tmp_path) == []


def test_arguments_that_mean_nothing_are_refused() -> None:
    assert schemas.main(["--czech"]) == "usage: python -m pipeline.schemas [--check]"
