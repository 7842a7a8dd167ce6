"""VideoEspresso's training sets as conversations: evidence first, then the answer; the selector.

The form is LLaVA's: `image` is a list of paths, each with its `<image>` in the first turn. The two
stages are those of the paper's section on training (evidence; evidence put before the answer); the
wording is ours, since theirs was never published.
"""

from collections.abc import Sequence
from typing import Any, Final

from pipeline.publish.exports.captions import SaidOf
from pipeline.publish.exports.two_stage.conversations import asked_for_answer, asked_for_evidence
from pipeline.publish.exports.wording import plain
from pipeline.publish.published import SampleRow

EVIDENCE: Final = "stage1_evidence.json"
ANSWER: Final = "stage2_answer.json"
SELECTOR: Final = "selector.json"

_SELECT = (
    "Which of these frames of a video are needed to answer the question? Reply with their numbers."
)


def evidence_record(row: SampleRow, evidence: str, frames: Sequence[str]) -> dict[str, Any]:
    """Stage 1: pictures and question to evidence."""
    asked = f"{_images(frames)}{asked_for_evidence(row)}"
    return _conversation(row.id, asked, evidence) | {"image": list(frames)}


def answer_record(row: SampleRow, evidence: str, frames: Sequence[str]) -> dict[str, Any]:
    """Stage 2: pictures, question and evidence to answer."""
    asked = f"{_images(frames)}{asked_for_answer(row, evidence)}"
    return _conversation(row.id, asked, plain(row.answer)) | {"image": list(frames)}


def selector_record(row: SampleRow, said: Sequence[SaidOf]) -> dict[str, Any]:
    """Captions and question to the core frames: as rows for a program, and as a conversation."""
    core = {frame.frame for frame in row.core_frames}
    numbered = list(enumerate(said, 1))
    lines = [f"{n} ({s.pts_seconds:.1f} s): {plain(s.caption)}" for n, s in numbered]
    asked = "\n".join([_SELECT, f"Question: {plain(row.question)}", *lines])
    chosen = [n for n, s in numbered if s.frame in core]
    return _conversation(row.id, asked, ", ".join(map(str, chosen))) | {
        "video": row.video,
        "question": row.question,
        "captions": [
            {"frame": s.frame, "pts_seconds": s.pts_seconds, "caption": s.caption} for s in said
        ],
        "core_frames": [frame.frame for frame in row.core_frames],
        "candidates": "window" if len(said) > len(core) else "core_frames",
    }


def _images(frames: Sequence[str]) -> str:
    return "<image>\n" * len(frames)


def _conversation(name: str, asked: str, replied: str) -> dict[str, Any]:
    return {
        "id": name,
        "conversations": [
            {"from": "human", "value": asked},
            {"from": "gpt", "value": replied},
        ],
    }
