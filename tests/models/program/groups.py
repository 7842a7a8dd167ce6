"""Groups made by hand, and what the program makes of them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pipeline import prompts
from pipeline.models.program.writer import ProgramWriter
from pipeline.models.replies import (
    DraftQuestion,
    EvidenceReply,
    QuestionsReply,
    VerdictReply,
)
from pipeline.models.writer import Reply, Request
from pipeline.records import Bbox, DetectedObject, GroupFrame
from pipeline.tasks import Task

LEFT: Bbox = (0.05, 0.2, 0.25, 0.9)
CENTRE: Bbox = (0.4, 0.2, 0.6, 0.9)
RIGHT: Bbox = (0.75, 0.2, 0.95, 0.9)


def seen(label: str, bbox: Bbox = CENTRE, score: float = 0.9) -> DetectedObject:
    return DetectedObject(label=label, bbox=bbox, score=score)


def group(*frames: tuple[int, Sequence[DetectedObject]], step: float = 0.5) -> list[GroupFrame]:
    """Frames of these scenes with these objects, `step` seconds apart."""
    return [
        GroupFrame(
            frame=f"v/f{i}",
            frame_index=i,
            pts_seconds=i * step,
            scene=scene,
            caption="",
            objects=tuple(objects),
        )
        for i, (scene, objects) in enumerate(frames)
    ]


def as_json(frames: Sequence[GroupFrame]) -> list[dict[str, Any]]:
    return [asdict(frame) for frame in frames]


def ask(stage: str, schema: type, **inputs: Any) -> Any:
    request = Request(stage, "unit", prompts.load(f"{stage}/program"), inputs, schema)
    assert set(inputs) == set(request.prompt.inputs)
    (reply,) = ProgramWriter().answer([request])
    assert isinstance(reply, Reply)
    assert isinstance(reply.data, schema)
    return reply.data


def questions(
    frames: Sequence[GroupFrame],
    *,
    tasks: Sequence[Task] = tuple(Task),
    per_group: int = 20,
    perspective: str = "third_person",
) -> tuple[DraftQuestion, ...]:
    reply: QuestionsReply = ask(
        "questions",
        QuestionsReply,
        frames=as_json(frames),
        tasks=list(tasks),
        per_group=per_group,
        perspective=perspective,
    )
    return reply.questions


def judge(
    frames: Sequence[GroupFrame], answer: str, cited: Sequence[str], question: str = "What?"
) -> dict[str, bool]:
    reply: VerdictReply = ask(
        "verdicts",
        VerdictReply,
        question=question,
        answer=answer,
        cited=list(cited),
        frames=as_json(frames),
    )
    assert all(j.reason for j in reply.judgements)
    return {j.criterion: j.passed for j in reply.judgements}


def evidence(
    frames: Sequence[GroupFrame],
    answer: str,
    cited: Sequence[str],
    question: str = "What?",
    most: int = 4,
) -> EvidenceReply:
    reply: EvidenceReply = ask(
        "evidence",
        EvidenceReply,
        question=question,
        answer=answer,
        cited=list(cited),
        frames=as_json(frames),
        max_core_frames=most,
    )
    return reply
