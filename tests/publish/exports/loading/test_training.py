"""The demo's dataset, trained on in two stages, and what its chat template leaves of the tags."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from PIL import Image

from pipeline.evaluation.graders.grade import grade
from pipeline.evaluation.graders.truth import truth
from pipeline.publish.exports.export import export
from pipeline.publish.exports.formats import format_of
from pipeline.publish.exports.llama_factory import brought
from pipeline.publish.reading import samples
from tests.publish.exports.loading.installed import needs

pytestmark = [
    needs("trl", "the `dev` extra has it"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore:.*gradient_checkpointing.* is deprecated:FutureWarning"),
]

STEPS: Final = 24
_TAGGED: Final = re.compile(r"<obj>(.+?)</obj>((?:<box>\[.+?\]</box>)+)at<t>([\d.]+)</t>s")


@pytest.fixture(scope="module")
def exported(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("stages") / "out"
    export(demo_workspace / "dataset", out, format_of("llama-factory", "two-stage"))
    return out


def conversations(folder: Path, stage: int) -> list[dict[str, Any]]:
    """The rows of a stage as TRL takes them, its pictures as LLaMA-Factory would resize them."""
    told = yaml.safe_load((folder / f"stage{stage}.yaml").read_text())
    info = json.loads((folder / "dataset_info.json").read_text())[told["dataset"]]
    rows = []
    for line in (folder / info["file_name"]).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        user, assistant = row["messages"]
        pictures = [Image.open(folder / name) for name in row["images"]]
        asked = user["content"].removeprefix("<image>" * len(pictures) + "\n")
        rows.append(
            {
                "prompt": [{"role": "user", "content": asked}],
                "completion": [assistant],
                "images": [p.resize(brought(*p.size, told["image_max_pixels"])) for p in pictures],
            }
        )
    return rows


def trainer(folder: Path, stage: int, checkpoint: Path, processor: Any, out: Path) -> Any:
    """With the schedule of the stage's file; a rate for a model that knows nothing yet."""
    import datasets
    import transformers
    from trl import SFTConfig, SFTTrainer

    told = yaml.safe_load((folder / f"stage{stage}.yaml").read_text())
    loader: Any = transformers.AutoModelForImageTextToText
    return SFTTrainer(
        model=loader.from_pretrained(checkpoint),
        args=SFTConfig(
            output_dir=str(out),
            max_steps=STEPS,
            per_device_train_batch_size=3,
            learning_rate=told["learning_rate"] * 250,
            lr_scheduler_type=told["lr_scheduler_type"],
            warmup_steps=told["warmup_ratio"],
            weight_decay=told["weight_decay"],
            max_length=None,
            logging_steps=1,
            report_to=[],
            save_strategy="no",
            disable_tqdm=True,
            use_cpu=True,
            bf16=False,
            seed=1,
        ),
        train_dataset=datasets.Dataset.from_list(conversations(folder, stage)),
        processing_class=processor,
    )


def learned(processor: Any, batch: Any) -> list[str]:
    """What a batch teaches, decoded."""
    replies = [processor.tokenizer.decode(labels[labels >= 0]) for labels in batch["labels"]]
    return [r.removeprefix("<|im_start|>assistant\n").removesuffix("<|im_end|>\n") for r in replies]


def tagged(text: str) -> list[tuple[str, list[list[float]], float]]:
    """Key item, boxes and seconds of each that is tagged."""
    return [
        (item, [json.loads(box) for box in re.findall(r"<box>(\[.+?\])</box>", boxes)], float(time))
        for item, boxes, time in _TAGGED.findall(text)
    ]


def test_loss_goes_down_in_both_stages(
    exported: Path, qwen: Path, processor: Any, tmp_path: Path
) -> None:
    given = qwen
    for stage in (1, 2):
        made = trainer(exported, stage, given, processor, tmp_path / f"stage{stage}")
        made.train()
        losses = [entry["loss"] for entry in made.state.log_history if "loss" in entry]
        assert len(losses) == STEPS
        first, last = sum(losses[:4]) / 4, sum(losses[-4:]) / 4
        assert last < 0.9 * first, f"stage {stage}: {first:.2f} to {last:.2f}"
        given = tmp_path / f"weights{stage}"
        made.save_model(str(given))


def test_boxes_survive_the_chat_template(
    exported: Path, demo_workspace: Path, qwen: Path, processor: Any, tmp_path: Path
) -> None:
    rows = list(samples(demo_workspace / "dataset", pictures=False))
    replies = {row["completion"][0]["content"] for row in conversations(exported, 1)}
    made = trainer(exported, 1, qwen, processor, tmp_path)
    read = [text for batch in made.get_train_dataloader() for text in learned(processor, batch)]
    assert sorted(read) == sorted(replies) and len(rows) == len(read)
    boxes = {
        (box.item, tuple(round(n, 4) for n in box.bbox))
        for row in rows
        for box in row.boxes
        if box.verified and box.certain
    }
    found = {
        (item, tuple(box)) for text in read for item, several, _ in tagged(text) for box in several
    }
    assert found and found <= boxes
    assert all(text.count("<box>") == len(tagged(text)) for text in read)


def test_reasoning_and_answer_survive_the_chat_template(
    demo_workspace: Path, processor: Any, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(demo_workspace / "dataset", out, format_of("llama-factory"))
    rows = {row.id: row for row in samples(demo_workspace / "dataset", pictures=False)}
    for line in (out / "train.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        user, assistant = told["messages"]
        turns = [
            {"role": t["role"], "content": [{"type": "text", "text": t["content"]}]}
            for t in (user, assistant)
        ]
        text = processor.apply_chat_template(turns, tokenize=False)
        tokens = processor.tokenizer(text)["input_ids"]
        reply = processor.tokenizer.decode(tokens).rpartition("assistant\n")[2]
        reply = reply.removesuffix("<|im_end|>\n")
        assert reply == assistant["content"]
        assert tagged(reply) == tagged(assistant["content"])
        assert re.fullmatch(r"<think>.+</think>\n<answer>.+</answer>", reply)
        assert grade(reply, truth("exact_match", rows[told["id"]].answer)).score == 1
