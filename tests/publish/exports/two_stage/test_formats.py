"""Both stages, read back by their consumers' rules, and the settings that train on them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.errors import UsageError
from pipeline.publish.exports.export import export
from pipeline.publish.exports.formats import TWO_STAGE, format_of
from tests.publish.exports import consumers
from tests.publish.exports.rows import ROW, TEST_ROW, job
from tests.publish.publishing import publish_some, tree

BOXED = "A <obj>dog_1</obj><box>[0.125, 0.25, 0.5, 0.75]</box>at<t>12.0</t>s barks."


def write(name: str, folder: Path, rows: Any = (ROW, TEST_ROW)) -> Path:
    with format_of(name, "two-stage").writing(job(folder)) as add:
        for row in rows:
            add(row)
    return folder


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def said(row: dict[str, Any]) -> tuple[str, str]:
    user, assistant = row["messages"]
    return user["content"], assistant["content"]


def test_llama_factory(tmp_path: Path) -> None:
    folder = write("llama-factory", tmp_path)
    info = json.loads((folder / "dataset_info.json").read_text())
    assert list(info) == [f"demitasse_stage{n}_{split}" for n in (1, 2) for split in SPLITS]
    for entry in info.values():
        for row in lines(folder / entry["file_name"]):
            consumers.llama_factory(row, entry, folder)
    asked, evidence = said(*lines(folder / "stage1_train.jsonl"))
    assert evidence.startswith(BOXED) and "Evidence" not in asked
    asked, answer = said(*lines(folder / "stage2_train.jsonl"))
    assert f"\nEvidence: {evidence}\n" in asked and answer == "A car comes."
    asked, answer = said(*lines(folder / "stage2_test.jsonl"))
    assert "\nC. A car comes.\n" in asked and answer == "C"


def test_ms_swift(tmp_path: Path) -> None:
    folder = write("ms-swift", tmp_path)
    for n in (1, 2):
        (row,) = lines(folder / f"stage{n}_train.jsonl")
        assert row["objects"]["ref"] == ["dog_1"]
        placed = said(row)[n % 2]
        assert "A <ref-object><bbox> barks." in placed
    (row,) = lines(folder / "stage1_train.jsonl")
    assert "[dog_1](125,250),(500,750) barks" in consumers.ms_swift(row, [(640, 272)] * 2, 1000)


SPLITS = ("train", "test")
SAME = {
    "lora_rank": 16,
    "lora_alpha": 32,
    "lr_scheduler_type": "cosine",
    "warmup_ratio": 0.03,
    "num_train_epochs": 1,
}


@pytest.mark.parametrize("name", TWO_STAGE)
def test_settings_are_those_of_table_8_and_say_so(name: str, tmp_path: Path) -> None:
    folder = write(name, tmp_path)
    files = [folder / f"stage{n}.yaml" for n in (1, 2)]
    first, second = (yaml.safe_load(file.read_text()) for file in files)
    for told in (first, second):
        assert SAME.items() <= told.items()
        assert told.get("cutoff_len", told.get("max_length")) == 6144
        assert told.get("image_max_pixels", told.get("max_pixels")) == 224 * 224
        batch = told["per_device_train_batch_size"] * told["gradient_accumulation_steps"]
        assert batch == 16
    assert (first["learning_rate"], second["learning_rate"]) == (2e-5, 1e-5)
    for file in files:
        settings = [s for s in file.read_text().splitlines() if not s.startswith("#")]
        sources = {s.partition(":")[0]: s.partition("  # ")[2] for s in settings}
        assert all(sources.values())
        assert sources["learning_rate"] == "VideoEspresso, table 8"
        assert "note of others" in sources["lora_rank"] and sources["weight_decay"][:5] == "ours:"


def test_stage_2_goes_on_from_where_stage_1_ends_and_all_that_is_named_is_there(
    tmp_path: Path,
) -> None:
    for name, adapter in (
        ("llama-factory", "trained/stage1"),
        ("ms-swift", "trained/stage1/last-checkpoint"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        write(name, folder)
        first, second = (yaml.safe_load((folder / f"stage{n}.yaml").read_text()) for n in (1, 2))
        given = second.get("adapter_name_or_path") or second["adapters"][0]
        assert given == adapter and adapter.startswith(first["output_dir"])
        assert not {"adapter_name_or_path", "adapters"} & set(first)
    assert first["dataset"] == ["stage1_train.jsonl"] and (folder / first["dataset"][0]).is_file()
    assert (folder / first["ENV"]["ROOT_IMAGE_DIR"] / "images/v1/300.jpg").is_file()
    folder = tmp_path / "llama-factory"
    told = yaml.safe_load((folder / "stage2.yaml").read_text())
    info = json.loads((folder / told["dataset_dir"] / "dataset_info.json").read_text())
    assert (folder / info[told["dataset"]]["file_name"]).is_file()


@pytest.mark.parametrize("name", TWO_STAGE)
def test_the_whole_export_is_the_same_again_and_keeps_weights(name: str, tmp_path: Path) -> None:
    dataset = publish_some(tmp_path)
    form = format_of(name, "two-stage")
    for copy in ("one", "two"):
        export(dataset, tmp_path / copy, form)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    weights = tmp_path / "one/trained/stage1/adapter.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"days of work")
    with pytest.raises(UsageError, match="would be lost"):
        export(dataset, tmp_path / "one", form)
    assert weights.exists()
    shutil.rmtree(tmp_path / "one/trained")
    export(dataset, tmp_path / "one", form)


def test_without_training_samples_there_is_nothing_to_train(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no sample in its train split.*test_fraction"):
        write("ms-swift", tmp_path, [TEST_ROW])


def test_formats_without_stages_say_which_have_them() -> None:
    with pytest.raises(UsageError, match="trl has no form for two-stage training; llama-factory"):
        format_of("trl", "two-stage")
