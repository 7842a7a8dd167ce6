"""VideoEspresso's released files, and the training sets of its two stages and its selector.

The released files differ between splits (hshjerry/VideoEspresso, issues 15, 21 and 24, and the
guide of its `eval` folder): train says `keyframe_path` and `key items`, test has ten fields that
readers unpack by their order. Boxes are GroundingDINO's centre and size; the authors speak of a
factor of 100, and the one published training code that uses them divides by 1000.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final, NamedTuple

from pipeline.publish.exports import espresso_training as training
from pipeline.publish.exports.box_forms import box_text, centre
from pipeline.publish.exports.boxes import WrittenBox
from pipeline.publish.exports.captions import Window
from pipeline.publish.exports.evidence import rendered
from pipeline.publish.exports.files import json_array
from pipeline.publish.exports.format import Add, Format, Job
from pipeline.publish.exports.media import VIDEO_LIST, FrameFiles, video_files
from pipeline.publish.exports.wording import plain
from pipeline.publish.published import SampleRow

TRAIN: Final = "videoespresso_train_video.json"
HARD: Final = "bench_hard.json"
FINAL: Final = "bench_final.json"


class Media(NamedTuple):
    """Paths of a sample's files, relative to the export."""

    frames: list[str]
    video: str


def evidence_of(row: SampleRow, job: Job) -> str:
    """The evidence with the tags of the released files."""
    return rendered(plain(row.evidence), job.boxes.by_item(row), _tagged)


def _tagged(item: str, boxes: Sequence[WrittenBox]) -> str:
    """A list of one box stands without the outer brackets; none is `[]`, as in the release."""
    texts = [box_text(box.numbers) for box in boxes]
    listed = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    return f"<obj_start>{item}<obj_end><box_start>{listed}<box_end>"


def train_record(row: SampleRow, evidence: str, media: Media) -> dict[str, Any]:
    """A row of the released training file."""
    return {
        "question": row.question,
        "answer": row.answer,
        "video_path": media.video,
        "task": task_name(row),
        "keyframe_path": media.frames,
        "key items": list(row.key_items),
        "evidence": evidence,
        "id": row.id,
    }


def hard_record(row: SampleRow, evidence: str, media: Media) -> dict[str, Any]:
    """A row of the released test file: these ten fields, in this order."""
    return {
        "core_frames_paths": media.frames,
        "core_frames_captions": [frame.caption for frame in row.core_frames],
        "question": row.question,
        "answer": row.answer,
        "key_items": list(row.key_items),
        "evidence": evidence,
        "task": task_name(row),
        "correct_answer": f"({row.letter})" if row.letter else "",
        "video_path": media.video,
        "options": lettered(row),
    }


def final_record(row: SampleRow, evidence: str, media: Media) -> dict[str, Any]:
    """A row of the close-ended benchmark, as the released evaluation script reads it."""
    return {
        "video_path": media.video,
        "question": row.question,
        "options": lettered(row),
        "correct_answer": f"({row.letter})",
        "evidence": evidence,
        "task": task_name(row),
    }


def lettered(row: SampleRow) -> list[str]:
    """`(A): text` and so on."""
    return [f"({letter}): {text}" for letter, text in zip("ABCD", row.options, strict=False)]


def task_name(row: SampleRow) -> str:
    """The paper's name of the task: `Causal Inference`."""
    return row.task.replace("_", " ").title()


@contextmanager
def _writing(job: Job) -> Iterator[Add]:
    pictures, window = FrameFiles(job.folder), Window(job.dataset)
    names = (TRAIN, HARD, FINAL, training.EVIDENCE, training.ANSWER, training.SELECTOR)
    with ExitStack() as files:
        write = {name: files.enter_context(json_array(job.folder / name)) for name in names}

        videos = files.enter_context(video_files(job.folder, job.videos))

        def add(row: SampleRow) -> None:
            media, evidence = Media(pictures.add(row), videos.add(row)), evidence_of(row, job)
            if row.split == "test":
                write[HARD].add(hard_record(row, evidence, media))
                if row.letter:
                    write[FINAL].add(final_record(row, evidence, media))
                return
            write[TRAIN].add(train_record(row, evidence, media))
            write[training.EVIDENCE].add(training.evidence_record(row, evidence, media.frames))
            write[training.ANSWER].add(training.answer_record(row, evidence, media.frames))
            write[training.SELECTOR].add(training.selector_record(row, window.around(row)))

        yield add


FORMAT: Final = Format(
    name="videoespresso",
    consumer="readers of VideoEspresso's released files, LLaVA-NeXT's training script",
    writing=_writing,
    box_forms=(centre(1000), centre(100), centre(1)),
    box_place="between <box_start> and <box_end> where the evidence first names a key item; [] "
    "where it has none, several in one list",
    times="the released form has no field for times; those in its texts and in the selector's file "
    "are seconds on the container's clock",
    media="paths are relative to this folder; pictures are named by the frame's number in the "
    f"video, and {VIDEO_LIST} says which video belongs where (--videos links your copies)",
    files={
        TRAIN: "the train split in the form of the released training file, with `id` added",
        HARD: "the test split in the form of the released test file: ten fields in its order",
        FINAL: "the test questions that have options, as the released evaluation script reads them",
        training.EVIDENCE: "stage 1 of training: pictures and question to evidence",
        training.ANSWER: "stage 2 of training: pictures, question and evidence to answer",
        training.SELECTOR: "frame selection: captions and question to the core frames' numbers",
        "images/": "the core frames",
        VIDEO_LIST: "where videos belong, by the BLAKE3 hash of their bytes",
    },
    next_step="train on stage1_evidence.json and then stage2_answer.json of {out} with the image "
    "folder {out}",
    notes=(
        "Only the test split has options, as in the release; of questions about routes train has "
        "them too.",
        "Where the dataset has no `captions` table the selector's file lists only core frames, "
        "which leaves nothing to select: `candidates` says which it is.",
    ),
)
