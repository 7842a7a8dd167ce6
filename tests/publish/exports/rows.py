"""Published rows for the tests of exports: a street, seen twice."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.publish.exports.box_forms import UNIT, BoxForm
from pipeline.publish.exports.boxes import BoxChoice, BoxWriter
from pipeline.publish.exports.format import Job
from pipeline.publish.published import (
    Picture,
    PublishedBox,
    PublishedFrame,
    PublishedInterval,
    PublishedUnboxed,
    SampleRow,
)
from pipeline.records import Bbox
from pipeline.tasks import Task
from tests.publish.samples import EVIDENCE, QUESTIONS, jpeg


def frame(index: int, seconds: float, size: tuple[int, int] = (640, 272)) -> PublishedFrame:
    return PublishedFrame(
        frame=f"v1/f{index}",
        frame_index=index,
        pts_seconds=seconds,
        width=size[0],
        height=size[1],
        caption=f"frame {index}",
        sha256="c" * 64,
        phash="0" * 16,
        blurred=(),
        image=Picture(bytes=jpeg(index), path=f"v1-f{index}.jpg"),
    )


def box(
    item: str,
    index: int,
    bbox: Bbox,
    *,
    seconds: float = 12.0,
    certain: bool = True,
    verified: bool = True,
) -> PublishedBox:
    return PublishedBox(
        item=item,
        frame=f"v1/f{index}",
        frame_index=index,
        pts_seconds=seconds,
        bbox=bbox,
        score=0.8,
        source="detector",
        certain=certain,
        verified=verified,
        clip_similarity=None,
        clip_frame=None,
        clip_random=None,
    )


ROW = SampleRow(
    id="q1",
    video="v1",
    split="train",
    task=Task.CAUSAL_INFERENCE,
    question="Why does the dog bark?",
    answer="A car comes.",
    options=(),
    letter=None,
    start_seconds=10.0,
    end_seconds=20.0,
    video_start_seconds=2.0,
    video_seconds=60.0,
    core_frames=(frame(300, 12.0), frame(360, 14.5)),
    evidence="A <obj>dog_1</obj> barks. A <obj>car_1</obj> nears the <obj>dog_1</obj> and a "
    "<obj>tree_1</obj>.",
    key_items=("dog_1", "car_1", "tree_1"),
    boxes=(
        box("dog_1", 300, (0.125, 0.25, 0.5, 0.75)),
        box("car_1", 360, (0.1, 0.2, 0.3, 0.4), seconds=14.5, certain=False),
        box("car_1", 360, (0.5, 0.2, 0.7, 0.4), seconds=14.5, certain=False),
        box("tree_1", 360, (0.0, 0.0, 1.0, 1.0), seconds=14.5, verified=False),
    ),
    unboxed=(PublishedUnboxed(item="sky_1", frame="v1/f300", reason="not_found"),),
    intervals=(
        PublishedInterval(
            claim="A dog barks.", pts_seconds=(12.0,), start_seconds=11.5, end_seconds=12.5
        ),
    ),
    licence="cc-by-4.0",
    source="street.mkv",
    metadata=(),
    provenance=(QUESTIONS, EVIDENCE),
)

TEST_ROW = replace(
    ROW,
    id="q2",
    split="test",
    options=("Rain starts.", "It is hungry.", "A car comes.", "It sleeps."),
    letter="C",
)


def job(folder: Path, *, choice: BoxChoice = "certain", form: BoxForm = UNIT, **others: Any) -> Job:
    given: dict[str, Any] = {"dataset": folder / "dataset", "videos": {}} | others
    return Job(folder=folder, boxes=BoxWriter(choice, form), **given)
