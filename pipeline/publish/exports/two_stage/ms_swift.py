"""ms-swift: both stages as messages with `objects`, and a YAML file for each.

The options are those of its `SftArguments` (4.6.0), which takes a YAML file whose `ENV` are
environment variables. It links `last-checkpoint` to the newest one by itself; the links that its
`create_checkpoint_symlink` adds end the run with an error where nothing is evaluated.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from pipeline.publish.exports import wording
from pipeline.publish.exports.box_forms import PIXELS, UNIT
from pipeline.publish.exports.format import Add, Format, Job
from pipeline.publish.exports.ms_swift import Objects, objects
from pipeline.publish.exports.two_stage import hyperparameters as hyper
from pipeline.publish.exports.two_stage.configs import config_name, rows_name
from pipeline.publish.exports.two_stage.conversations import asked_for_answer, asked_for_evidence
from pipeline.publish.exports.two_stage.hyperparameters import STAGES, Setting, StageNumber
from pipeline.publish.exports.two_stage.writing import stages
from pipeline.publish.published import SampleRow


def record(stage: StageNumber, row: SampleRow, job: Job, frames: list[str]) -> dict[str, Any]:
    """A conversation of one stage; in stage 2 the placeholders stand in what is asked."""
    told: Objects = objects(row, job)
    if stage == 1:
        asked, replied = asked_for_evidence(row), told.evidence
    else:
        asked, replied = asked_for_answer(row, told.evidence), wording.answer(row)
    made: dict[str, Any] = {
        "messages": [
            {"role": "user", "content": f"{'<image>' * len(frames)}\n{asked}"},
            {"role": "assistant", "content": replied},
        ],
        "images": frames,
    }
    return made | told.column | {"id": row.id}


def settings(stage: StageNumber) -> tuple[Setting, ...]:
    """What `swift sft` is given."""
    first = f"{hyper.trained(1)}/last-checkpoint"
    goes_on = (Setting("adapters", [first], "the weights of stage 1, trained on"),)
    return (
        Setting("ENV", {"ROOT_IMAGE_DIR": "."}, "this folder, below which the pictures are"),
        Setting("model", hyper.MODEL, hyper.FOR_MODEL),
        *(goes_on if stage == 2 else ()),
        Setting("max_pixels", hyper.PIXELS, hyper.FOR_PIXELS),
        Setting("tuner_type", "lora", hyper.TABLE),
        Setting("lora_rank", hyper.LORA_RANK, hyper.NOTE),
        Setting("lora_alpha", hyper.LORA_ALPHA, hyper.NOTE),
        Setting("target_modules", ["all-linear"], "ours: ms-swift's default"),
        Setting("dataset", [rows_name(stage, "train")], "in this folder"),
        Setting("max_length", hyper.TOKENS, f"{hyper.TABLE}: max token length"),
        Setting("output_dir", hyper.trained(stage), "ours"),
        Setting("add_version", False, "ours: so that stage 2 finds the weights of stage 1"),
        Setting("per_device_train_batch_size", 1, "ours: what one device holds at once"),
        Setting("gradient_accumulation_steps", hyper.BATCH, hyper.FOR_BATCH),
        Setting("learning_rate", hyper.RATES[stage], hyper.TABLE),
        Setting("lr_scheduler_type", hyper.SCHEDULE, hyper.TABLE),
        Setting("warmup_ratio", hyper.WARMUP, hyper.FOR_WARMUP),
        Setting("num_train_epochs", hyper.EPOCHS, hyper.TABLE),
        Setting("weight_decay", hyper.WEIGHT_DECAY, hyper.FOR_DECAY),
        Setting("torch_dtype", "bfloat16", "ours"),
        Setting("logging_steps", 10, "ours"),
        Setting("report_to", ["none"], "ours: nothing leaves the machine"),
    )


def command(stage: StageNumber) -> str:
    """What starts a stage, in the export's folder."""
    return f"swift sft {config_name(stage)}"


@contextmanager
def _writing(job: Job) -> Iterator[Add]:
    with stages(job, record, settings, command, []) as add:
        yield add


FORMAT: Final = Format(
    name="ms-swift",
    consumer="ms-swift, in two stages",
    writing=_writing,
    box_forms=(UNIT, PIXELS),
    box_place="in `objects`, with `bbox_type` real for pixels and norm1 for unit, in the order of "
    "the <bbox> placeholders; ms-swift writes them as the model in training counts",
    times="none: the evidence has no times in this form",
    media="`images`, relative to this folder: the files of settings set ROOT_IMAGE_DIR to it",
    files={
        "stage1_{split}.jsonl": "stage 1: pictures and question to evidence",
        "stage2_{split}.jsonl": "stage 2: pictures, question and evidence to answer",
        "stage1.yaml": "what stage 1 is trained with; each value with its source",
        "stage2.yaml": "the same of stage 2, which goes on from the weights of stage 1",
        "images/": "the core frames",
    },
    next_step="cd {out} && " + " && ".join(map(command, STAGES)),
    notes=(
        "Weights are put into `trained/` of this folder: an export to it is refused from then on.",
    ),
)
