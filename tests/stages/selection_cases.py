"""A video's rows as they reach selection, good unless a test says otherwise."""

from typing import Any

from pipeline.records import (
    Box,
    GroupFrame,
    Interval,
    Judgement,
    KeyItem,
    Provenance,
)
from pipeline.stages.selection_rules.views import (
    Asked,
    Choices,
    Contents,
    CoreJpeg,
    File,
    Holds,
    Judged,
    Reasoned,
    WrittenFrom,
)
from pipeline.tasks import Task

FRAMES = ("v/f0", "v/f25", "v/f50")


def provenance(stage: str) -> Provenance:
    return Provenance(
        stage=stage,
        writer="program",
        model="program@1",
        prompt=f"{stage}/program@1",
        prompt_sha256="0" * 64,
        answer_source="derived",
    )


def video(*files: File) -> list[Any]:
    """What belongs to the video and to no question."""
    held = files or (file("in/street.mp4"),)
    group = WrittenFrom(
        id="g", frames=tuple(_group_frame(i, name) for i, name in enumerate(FRAMES))
    )
    jpegs = [
        CoreJpeg(
            id=name,
            frame_index=25 * i,
            pts_seconds=float(i),
            width=64,
            height=48,
            sha256=f"{i}" * 64,
            blob="b",
            offset=100 * i,
            length=100,
        )
        for i, name in enumerate(FRAMES)
    ]
    return [
        Contents(id="v", start_seconds=0.0, duration_seconds=2.02, fps_num=25, fps_den=1),
        group,
        *jpegs,
        *held,
        *(Holds(id=f.id, video="v") for f in held),
    ]


def file(path: str, **said: Any) -> File:
    """One line of the list of videos."""
    empty = {"licence": None, "source": None, "split_group": None, "metadata": ()}
    return File(id=path, path=path, **(empty | said))


def asked(name: str, **changes: Any) -> Asked:
    values: dict[str, Any] = {
        "id": name,
        "group": "g",
        "task": Task.EVENT_PROCESS,
        "question": f"What does {name} do with object {name} near place {name}?",
        "answer": f"First {name} lifts it, later {name} drops it.",
        "frames": FRAMES[:2],
        "provenance": provenance("questions"),
    }
    return Asked(**(values | changes))


def judged(question: Asked, **changes: Any) -> Judged:
    values: dict[str, Any] = {
        "id": question.id,
        "passed": True,
        "answer": question.answer,
        "judgements": (Judgement(criterion="not_subjective", passed=True, reason="It is."),),
        "overridden": False,
        "provenance": provenance("verdicts"),
    }
    return Judged(**(values | changes))


def reasoned(question: Asked, **changes: Any) -> Reasoned:
    item = KeyItem(item="car_1", phrase="car", frame=FRAMES[0], mention="m", near=None)
    values: dict[str, Any] = {
        "id": question.id,
        "text": "The <obj>car_1</obj> is there, then gone.",
        "core_frames": FRAMES[:2],
        "key_items": (item,),
        "provenance": provenance("evidence"),
    }
    return Reasoned(**(values | changes))


def grounded(question: Asked) -> list[Any]:
    """A box and two intervals."""
    box = Box(
        id=f"{question.id}#car_1#1",
        question=question.id,
        video="v",
        item="car_1",
        frame=FRAMES[0],
        frame_index=0,
        pts_seconds=0.0,
        bbox=(0.1, 0.1, 0.5, 0.5),
        score=0.9,
        clip_similarity=None,
        clip_frame=None,
        clip_random=None,
        certain=True,
        source="ssd",
        verified=True,
    )
    intervals = [
        Interval(
            id=f"{question.id}#{i}",
            question=question.id,
            video="v",
            claim=f"Claim {i}.",
            pts_seconds=(0.0,),
            start_seconds=0.0,
            end_seconds=1.0,
        )
        for i in (10, 2)
    ]
    return [box, *intervals]


def choices(question: Asked) -> Choices:
    return Choices(
        id=question.id,
        options=(question.answer, "No.", "Never.", "Not."),
        letter="A",
        provenance=provenance("options"),
    )


def complete(question: Asked, **verdict: Any) -> list[Any]:
    """A question with all that upstream stages write for it."""
    return [
        question,
        judged(question, **verdict),
        reasoned(question),
        *grounded(question),
        choices(question),
    ]


def _group_frame(ordinal: int, name: str) -> GroupFrame:
    return GroupFrame(
        frame=name,
        frame_index=25 * ordinal,
        pts_seconds=float(ordinal),
        scene=0,
        caption=f"Caption {ordinal}.",
        objects=(),
    )
