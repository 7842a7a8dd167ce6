"""The export for LLaMA-Factory, through its own loader, template and Qwen2-VL plugin."""

import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.publish.exports.llama_factory import MAX_PIXELS, MIN_PIXELS, brought
from tests.publish.exports.loading.installed import THEIR_WARNINGS, needs
from tests.publish.exports.loading.street import COUNTS, SIZES, exported, in_pixels, places

pytestmark = [needs("llamafactory", "`make consumers`"), THEIR_WARNINGS]


@pytest.fixture
def arguments(qwen: Path, tmp_path: Path) -> Any:
    """Its arguments, as a recipe for SFT gives them."""
    from llamafactory.hparams import get_train_args

    out = exported(tmp_path, "llama-factory", box_form="qwen2.5-vl")
    return get_train_args(
        {
            "model_name_or_path": str(qwen),
            "stage": "sft",
            "do_train": True,
            "finetuning_type": "full",
            "dataset_dir": str(out),
            "dataset": "demitasse_train",
            "eval_dataset": "demitasse_test",
            "template": "qwen2_vl",
            "cutoff_len": 2048,
            "overwrite_cache": True,
            "output_dir": str(tmp_path / "trained"),
            "use_cpu": True,
            "report_to": "none",
        }
    )


def test_loader(arguments: Any) -> None:
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.model import load_tokenizer

    model, data, training, _, _ = arguments
    loaded = load_tokenizer(model)
    words, processor = loaded["tokenizer"], loaded["processor"]
    template = get_template_and_fix_tokenizer(words, data)
    found = get_dataset(template, model, data, training, stage="sft", **loaded)
    for name, split in (("train_dataset", "train"), ("eval_dataset", "test")):
        rows = found[name]
        assert len(rows) == COUNTS[split]
        for row in rows:
            assert len(row["images"]) == len(SIZES)
            pictures = template.mm_plugin._regularize_images(
                row["images"],
                image_max_pixels=processor.image_max_pixels,
                image_min_pixels=processor.image_min_pixels,
            )["images"]
            seen = processor.image_processor(pictures, return_tensors="pt")["image_grid_thw"]
            text = words.decode(row["input_ids"])
            assert text.count("<|image_pad|>") == places(seen)
            learned = words.decode([n for n in row["labels"] if n >= 0])
            assert learned.startswith("<think>")
            for item, box in in_pixels(seen).items():
                assert f"<obj>{item}</obj><box>{box}</box>" in learned


def test_sizes_of_pictures() -> None:
    """On which the box form `qwen2.5-vl` rests."""
    from llamafactory.data.mm_plugin import get_mm_plugin

    plugin = get_mm_plugin("qwen2_vl", image_token="<|image_pad|>", video_token="<|video_pad|>")
    draw = random.Random(1)
    for side in (40, 200, 1500, 3000):
        for _ in range(25):
            size = draw.randint(5, side), draw.randint(5, side)
            if max(size) > 200 * min(size):
                continue
            got = plugin._preprocess_image(
                Image.new("L", size), image_max_pixels=MAX_PIXELS, image_min_pixels=MIN_PIXELS
            )
            assert got.size == brought(*size)


@pytest.mark.parametrize("stage", [1, 2])
def test_settings_of_both_stages(
    stage: int, qwen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its parser refuses options that it does not know."""
    import yaml
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.hparams import get_train_args
    from llamafactory.model import load_tokenizer

    out = exported(tmp_path, "llama-factory", training="two-stage", box_form="qwen2.5-vl")
    monkeypatch.chdir(out)
    told = yaml.safe_load(Path(f"stage{stage}.yaml").read_text())
    here = {"model_name_or_path": str(qwen), "bf16": False, "use_cpu": True}
    model, data, training, tuning, _ = get_train_args(told | here)
    assert (tuning.lora_rank, tuning.lora_alpha, data.cutoff_len) == (16, 32, 6144)
    assert (training.learning_rate, training.warmup_steps) == (told["learning_rate"], 0.03)
    assert (model.adapter_name_or_path is None) == (stage == 1)
    loaded = load_tokenizer(model)
    words, processor = loaded["tokenizer"], loaded["processor"]
    assert processor.image_max_pixels == 224 * 224
    template = get_template_and_fix_tokenizer(words, data)
    found = get_dataset(template, model, data, training, stage="sft", **loaded)["train_dataset"]
    assert len(found) == COUNTS["train"]
    for row in found:
        pictures = template.mm_plugin._regularize_images(
            row["images"],
            image_max_pixels=processor.image_max_pixels,
            image_min_pixels=processor.image_min_pixels,
        )["images"]
        seen = processor.image_processor(pictures, return_tensors="pt")["image_grid_thw"]
        for item, box in in_pixels(seen).items():
            assert f"<obj>{item}</obj><box>{box}</box>" in words.decode(row["input_ids"])
