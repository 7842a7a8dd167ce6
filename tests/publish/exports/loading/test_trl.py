"""The export for TRL, trained on by its own trainers."""

import math
from pathlib import Path
from typing import Any

import pytest

from pipeline.evaluation.rewards.trl import format_reward, task_reward, weighted_reward
from tests.publish.exports.loading.installed import needs
from tests.publish.exports.loading.street import COUNTS, SIZES, exported, in_pixels, places

pytestmark = [
    needs("trl", "the `dev` extra has it"),
    pytest.mark.filterwarnings("ignore:.*gradient_checkpointing.* is deprecated:FutureWarning"),
]


def load(folder: Path, **options: Any) -> Any:
    """Both splits, as TRL's guide loads them."""
    import datasets

    return datasets.load_dataset(
        str(exported(folder, "trl", **options)), cache_dir=str(folder / "cache")
    )


@pytest.fixture(scope="module")
def splits(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """With boxes in the form that is the export's own."""
    return load(tmp_path_factory.mktemp("trl"))


def model(checkpoint: Path) -> Any:
    import transformers

    loader: Any = transformers.AutoModelForImageTextToText
    return loader.from_pretrained(checkpoint)


def settings(kind: Any, folder: Path, **more: Any) -> Any:
    """A trainer's settings for one step on the CPU that leaves nothing behind."""
    common = {"output_dir": str(folder), "max_steps": 1, "per_device_train_batch_size": 2}
    quiet = {"report_to": [], "save_strategy": "no", "logging_steps": 1, "disable_tqdm": True}
    return kind(**common, **quiet, use_cpu=True, bf16=False, **more)


def sft(rows: Any, checkpoint: Path, processor: Any, folder: Path) -> Any:
    from trl import SFTConfig, SFTTrainer

    return SFTTrainer(
        model=model(checkpoint),
        args=settings(SFTConfig, folder, max_length=None),
        train_dataset=rows,
        processing_class=processor,
    )


@pytest.mark.parametrize("split", COUNTS)
def test_sft(split: str, splits: Any, qwen: Path, processor: Any, tmp_path: Path) -> None:
    rows = splits[split]
    assert len(rows) == COUNTS[split]
    trainer = sft(rows, qwen, processor, tmp_path)
    batch = next(iter(trainer.get_train_dataloader()))
    assert len(batch["image_grid_thw"]) == len(batch["input_ids"]) * len(SIZES)
    pictures = batch["input_ids"] == processor.image_token_id
    assert pictures.sum().item() == places(batch["image_grid_thw"])
    replies = {row["completion"][0]["content"] for row in rows}
    for labels in batch["labels"]:
        learned = processor.tokenizer.decode(labels[labels >= 0])
        reply = learned.removeprefix("<|im_start|>assistant\n").removesuffix("<|im_end|>\n")
        assert reply in replies
        assert "<obj>person_1</obj><box>[0.125, 0.25, 0.5, 0.75]</box>at<t>0.0</t>s" in reply
        assert "<obj>car_1</obj><box>[0.1, 0.2, 0.3, 0.4]</box>at<t>1.0</t>s" in reply
    done = trainer.train()
    assert math.isfinite(done.training_loss) and done.training_loss > 0


def test_boxes_in_pixels_are_on_the_picture_that_the_model_sees(
    qwen: Path, processor: Any, tmp_path: Path
) -> None:
    rows = load(tmp_path, box_form="qwen2.5-vl")["test"]
    batch = next(iter(sft(rows, qwen, processor, tmp_path / "out").get_train_dataloader()))
    for n, labels in enumerate(batch["labels"]):
        reply = processor.tokenizer.decode(labels[labels >= 0])
        grids = batch["image_grid_thw"][n * len(SIZES) :][: len(SIZES)]
        for item, box in in_pixels(grids).items():
            assert f"<obj>{item}</obj><box>{box}</box>" in reply


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
        reward_funcs=[reward, task_reward, format_reward, weighted_reward("think-answer")],
    )
    done = trainer.train()
    logged = next(entry for entry in trainer.state.log_history if "reward_task" in entry)
    assert (logged["reward_task"], logged["reward_format"]) == (0, 0), "four random tokens"
    assert math.isfinite(done.training_loss)
    (columns,) = asked
    rows = {row["details"]["id"]: row for row in splits["train"]}
    for details, solution, images in zip(
        columns["details"], columns["solution"], columns["images"], strict=True
    ):
        row = rows[details["id"]]
        assert (solution, details) == (row["solution"], row["details"])
        assert [image.size for image in images] == list(SIZES)
