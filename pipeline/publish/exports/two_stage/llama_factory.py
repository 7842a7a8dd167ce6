"""LLaMA-Factory: both stages as ShareGPT messages, and a YAML file for each.

The options are those of its argument classes (0.9.5). `warmup_ratio` is deprecated in the newest
transformers that it takes (5.6), and the only spelling that the oldest (4.55) understands.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from pipeline.publish.exports import wording
from pipeline.publish.exports.box_forms import PER_THOUSAND, UNIT, qwen2_5_vl
from pipeline.publish.exports.evidence import rendered, tagged
from pipeline.publish.exports.format import Add, Format, Job
from pipeline.publish.exports.llama_factory import brought, entry
from pipeline.publish.exports.two_stage import hyperparameters as hyper
from pipeline.publish.exports.two_stage.configs import config_name, rows_name
from pipeline.publish.exports.two_stage.conversations import asked_for_answer, asked_for_evidence
from pipeline.publish.exports.two_stage.hyperparameters import STAGES, Setting, StageNumber
from pipeline.publish.exports.two_stage.writing import stages
from pipeline.publish.published import SampleRow
from pipeline.publish.split import SplitName


def record(stage: StageNumber, row: SampleRow, job: Job, frames: list[str]) -> dict[str, Any]:
    """A conversation of one stage."""
    evidence = rendered(wording.plain(row.evidence), job.boxes.by_item(row), tagged)
    if stage == 1:
        asked, replied = asked_for_evidence(row), evidence
    else:
        asked, replied = asked_for_answer(row, evidence), wording.answer(row)
    return {
        "messages": [
            {"role": "user", "content": f"{'<image>' * len(frames)}\n{asked}"},
            {"role": "assistant", "content": replied},
        ],
        "images": frames,
        "id": row.id,
    }


def dataset_name(stage: StageNumber, split: SplitName) -> str:
    """As `dataset:` says it."""
    return f"demitasse_stage{stage}_{split}"


def settings(stage: StageNumber) -> tuple[Setting, ...]:
    """What `llamafactory-cli train` is given."""
    first = hyper.trained(1)
    goes_on = (Setting("adapter_name_or_path", first, "the weights of stage 1, trained on"),)
    return (
        Setting("model_name_or_path", hyper.MODEL, hyper.FOR_MODEL),
        Setting("template", "qwen2_vl", "ours: the model's, in LLaMA-Factory's list"),
        *(goes_on if stage == 2 else ()),
        Setting("image_max_pixels", hyper.PIXELS, hyper.FOR_PIXELS),
        Setting("stage", "sft", "supervised fine-tuning, in both stages"),
        Setting("do_train", True, "what the file is for"),
        Setting("finetuning_type", "lora", hyper.TABLE),
        Setting("lora_rank", hyper.LORA_RANK, hyper.NOTE),
        Setting("lora_alpha", hyper.LORA_ALPHA, hyper.NOTE),
        Setting("lora_target", "all", "ours: LLaMA-Factory's default"),
        Setting("dataset_dir", ".", "this folder"),
        Setting("dataset", dataset_name(stage, "train"), "as dataset_info.json names it"),
        Setting("cutoff_len", hyper.TOKENS, f"{hyper.TABLE}: max token length"),
        Setting("output_dir", hyper.trained(stage), "ours"),
        Setting("per_device_train_batch_size", 1, "ours: what one device holds at once"),
        Setting("gradient_accumulation_steps", hyper.BATCH, hyper.FOR_BATCH),
        Setting("learning_rate", hyper.RATES[stage], hyper.TABLE),
        Setting("lr_scheduler_type", hyper.SCHEDULE, hyper.TABLE),
        Setting("warmup_ratio", hyper.WARMUP, hyper.FOR_WARMUP),
        Setting("num_train_epochs", hyper.EPOCHS, hyper.TABLE),
        Setting("weight_decay", hyper.WEIGHT_DECAY, hyper.FOR_DECAY),
        Setting("bf16", True, "ours"),
        Setting("logging_steps", 10, "ours"),
        Setting("report_to", "none", "ours: nothing leaves the machine"),
    )


def command(stage: StageNumber) -> str:
    """What starts a stage, in the export's folder."""
    return f"llamafactory-cli train {config_name(stage)}"


@contextmanager
def _writing(job: Job) -> Iterator[Add]:
    splits: list[SplitName] = []
    with stages(job, record, settings, command, splits) as add:
        yield add
    info = {dataset_name(n, s): entry(rows_name(n, s)) for n in STAGES for s in splits}
    text = json.dumps(info, indent=2) + "\n"
    (job.folder / "dataset_info.json").write_text(text, encoding="utf-8")


FORMAT: Final = Format(
    name="llama-factory",
    consumer="LLaMA-Factory, in two stages",
    writing=_writing,
    box_forms=(UNIT, PER_THOUSAND, qwen2_5_vl(partial(brought, most=hyper.PIXELS))),
    box_place="<obj>name</obj><box>[...]</box>at<t>seconds</t>s where the evidence first names a "
    "key item; one <box> for each of several",
    times="seconds on the container's clock, of boxes in <t>",
    media="`images`, relative to this folder, which is LLaMA-Factory's media folder by default",
    files={
        "stage1_{split}.jsonl": "stage 1: pictures and question to evidence",
        "stage2_{split}.jsonl": "stage 2: pictures, question and evidence to answer",
        "stage1.yaml": "what stage 1 is trained with; each value with its source",
        "stage2.yaml": "the same of stage 2, which goes on from the weights of stage 1",
        "dataset_info.json": "names the files demitasse_stage1_train and so on",
        "images/": "the core frames",
    },
    next_step="cd {out} && " + " && ".join(map(command, STAGES)),
    notes=(
        f"The box form qwen2.5-vl holds for the image_max_pixels {hyper.PIXELS} of these files: "
        "set another and boxes are off.",
        "Weights are put into `trained/` of this folder: an export to it is refused from then on.",
    ),
)
