"""The export for TRL, trained on by its own trainers."""

import math
from pathlib import Path
from typing import Any

import pytest

from tests.publish.exports.loading.installed import THEIR_WARNINGS, needs
from tests.publish.exports.loading.street import COUNTS, SIZES, exported

pytestmark = [needs("trl", "the `dev` extra has it"), THEIR_WARNINGS]


@pytest.fixture(scope="module")
def splits(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Both splits, loaded as TRL's guide says."""
    import datasets

    folder = tmp_path_factory.mktemp("trl")
    out = exported(folder, "trl")
    return datasets.load_dataset(str(out), cache_dir=str(folder / "cache"))


def model(checkpoint: Path) -> Any:
    import transformers

    loader: Any = transformers.AutoModelForImageTextToText
    return loader.from_pretrained(checkpoint)


def settings(kind: Any, folder: Path, **more: Any) -> Any:
    """A trainer's settings for one step on the CPU that leaves nothing behind."""
    common = {"output_dir": str(folder), "max_steps": 1, "per_device_train_batch_size": 2}
    quiet = {"report_to": [], "save_strategy": "no", "logging_steps": 1, "disable_tqdm": True}
    return kind(**common, **quiet, use_cpu=True, bf16=False, **more)


@pytest.mark.parametrize("split", ["train", "test"])
def test_sft(split: str, splits: Any, qwen: Path, processor: Any, tmp_path: Path) -> None:
    from trl import SFTConfig, SFTTrainer

    rows = splits[split]
    assert len(rows) == COUNTS[split]
    trainer = SFTTrainer(
        model=model(qwen),
        args=settings(SFTConfig, tmp_path, max_length=None),
        train_dataset=rows,
        processing_class=processor,
    )
    batch = next(iter(trainer.get_train_dataloader()))
    # as many places for a picture in the text as the picture has patches
    picture = processor.tokenizer.convert_tokens_to_ids(processor.image_token)
    placed = (batch["input_ids"] == picture).sum().item()
    assert len(batch["image_grid_thw"]) == 2 * len(SIZES)
    assert placed == batch["image_grid_thw"].prod(dim=1).sum().item() // 4
    # what is learned is the reply, its boxes as they were written
    replies = {row["completion"][0]["content"] for row in rows}
    for labels in batch["labels"]:
        learned = processor.tokenizer.decode(labels[labels >= 0])
        reply = learned.removeprefix("<|im_start|>assistant\n").removesuffix("<|im_end|>\n")
        assert reply in replies
        assert "<obj>person_1</obj><box>[0.125, 0.25, 0.5, 0.75]</box>at<t>0.0</t>s" in reply
        assert "<obj>car_1</obj><box>[0.1, 0.2, 0.3, 0.4]</box>at<t>1.0</t>s" in reply
    done = trainer.train()
    assert math.isfinite(done.training_loss) and done.training_loss > 0


def test_grpo(splits: Any, qwen: Path, processor: Any, tmp_path: Path) -> None:
    from trl import GRPOConfig, GRPOTrainer

    asked: list[dict[str, Any]] = []

    def reward(completions: list[Any], **columns: Any) -> list[float]:
        asked.append(columns)
        return [float(n) for n in range(len(completions))]

    trainer = GRPOTrainer(
        model=model(qwen),
        args=settings(GRPOConfig, tmp_path, num_generations=2, max_completion_length=4),
        train_dataset=splits["train"],
        processing_class=processor,
        reward_funcs=reward,
    )
    done = trainer.train()
    assert math.isfinite(done.training_loss)
    (columns,) = asked
    rows = {row["details"]["id"]: row for row in splits["train"]}
    for details, solution, images in zip(
        columns["details"], columns["solution"], columns["images"], strict=True
    ):
        row = rows[details["id"]]
        assert (solution, details) == (row["solution"], row["details"])
        assert [image.size for image in images] == list(SIZES)
