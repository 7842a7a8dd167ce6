"""The whole export: written whole or not at all, and saying what its numbers mean."""

import json
import shutil
from fnmatch import fnmatch
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import StorageError, UsageError
from pipeline.publish.exports.conventions import JSON, TEXT
from pipeline.publish.exports.export import count_samples, export
from pipeline.publish.exports.formats import FORMATS as ALL_FORMATS
from tests.publish.publishing import publish, publish_some, tree
from tests.publish.samples import blob_of, sample

OF_ONE_RECIPE = ("pause-and-think", "ego-st")
FORMATS = {name: form for name, form in ALL_FORMATS.items() if name not in OF_ONE_RECIPE}
"""Those for datasets of every recipe."""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_some(tmp_path_factory.mktemp("published"))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_its_conventions(name: str, dataset: Path, tmp_path: Path) -> None:
    seen: list[int] = []
    out = tmp_path / "out"
    done = export(dataset, out, FORMATS[name], progress=seen.append)
    assert seen == list(range(1, 9)) and sum(done.samples.values()) == 8
    assert (done.boxes, done.left_out) == (8, 0)
    told = json.loads((out / JSON).read_text())
    form = FORMATS[name].box_forms[0]
    assert (told["format"], told["box_form"], told["box_numbers"]) == (
        name,
        form.name,
        form.meaning,
    )
    text = (out / TEXT).read_text()
    assert form.meaning in text and told["times"] in text and "certain" in text
    patterns = [name.replace("{split}", "*") for name in told["files"]]
    patterns = [f"{p}*" if p.endswith("/") else p for p in patterns]
    files = {f.relative_to(out).as_posix() for f in out.rglob("*") if f.is_file()}
    told_elsewhere = {JSON, TEXT, ".demitasse.json"}
    untold = {f for f in files - told_elsewhere if not any(fnmatch(f, p) for p in patterns)}
    assert not untold


def test_the_same_dataset_gives_the_same_bytes(dataset: Path, tmp_path: Path) -> None:
    for name, form in FORMATS.items():
        for copy in ("one", "two"):
            export(dataset, tmp_path / copy / name, form)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_boxes_can_be_chosen_and_counted(dataset: Path, tmp_path: Path) -> None:
    form = FORMATS["llama-factory"]
    done = export(dataset, tmp_path / "out", form, boxes="none")
    assert (done.boxes, done.left_out) == (0, 8)
    done = export(dataset, tmp_path / "out", form, box_form="per-mille")
    assert "<box>[125, 100, 500, 900]</box>" in (tmp_path / "out/train.jsonl").read_text()
    with pytest.raises(UsageError, match="has no box form 'pixels'; it has unit, per-mille, qwen"):
        export(dataset, tmp_path / "out", form, box_form="pixels")


def test_an_earlier_export_is_replaced_and_a_dataset_is_not(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(dataset, out, FORMATS["trl"])
    export(dataset, out, FORMATS["video-r1"])
    assert not (out / "data").exists() and (out / "rl_train.json").exists()
    other = publish_some(tmp_path, "other")
    before = tree(other)
    for place in (other, dataset):
        with pytest.raises(UsageError, match="choose a"):
            export(dataset, place, FORMATS["trl"])
    with pytest.raises(UsageError, match="is in the dataset"):
        export(dataset, dataset / "exports" / "trl", FORMATS["trl"])
    assert tree(other) == before


def test_a_folder_of_someone_else_is_left_alone(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="demitasse did not write it"):
        export(dataset, tmp_path, FORMATS["trl"])


def test_what_is_no_dataset_is_told(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no published dataset"):
        export(tmp_path, tmp_path / "out", FORMATS["trl"])
    with pytest.raises(UsageError, match="did you mean"):
        count_samples(dataset.parent)
    assert count_samples(dataset) == 8


def test_a_broken_shard_leaves_the_earlier_export(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(dataset, out, FORMATS["trl"])
    before = tree(out)
    broken = tmp_path / "broken"
    shutil.copytree(dataset, broken)
    shard = next((broken / "data").glob("*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-40])
    for reading in (lambda: export(broken, out, FORMATS["trl"]), lambda: count_samples(broken)):
        with pytest.raises(StorageError, match="cannot read"):
            reading()
    pq.write_table(pa.table({"id": ["a"]}), shard)
    with pytest.raises(UsageError, match="is not of the form that this version publishes"):
        export(broken, out, FORMATS["trl"])
    assert tree(out) == before
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_frames_of_many_samples_are_written_once(tmp_path: Path) -> None:
    blobs, frames = blob_of(tmp_path / "store")
    publish(blobs, tmp_path / "dataset", [sample(n, frames, group="one") for n in range(40)])
    out = tmp_path / "out"
    export(tmp_path / "dataset", out, FORMATS["ms-swift"])
    assert len(list((out / "images").rglob("*.jpg"))) == 2
