"""Overrides that no longer say anything of what a workspace holds.

A question's id follows from its words, so another prompt or writer leaves a human's decision
without its question. It is kept, since an old recipe brings the question back, and is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.engine.browse import read_ids, read_table
from pipeline.engine.workspace import Workspace
from pipeline.overrides import BOX_OVERRIDES, OVERRIDES, read_box_overrides, read_overrides
from pipeline.records import BoxOverride, Evidence, Question


@dataclass(frozen=True)
class StaleOverride:
    """A line of a file that changes nothing."""

    file: str
    id: str
    """The question's, or `<question>#<item>`."""
    why: str
    """What is missing, to stand behind a comma."""


def stale_overrides(workspace: Workspace) -> list[StaleOverride]:
    """Those of both files; none of a file whose stage was never planned.

    Raises:
        InputError: a file cannot be read as overrides.
    """
    return [*_of_questions(workspace), *_of_boxes(workspace)]


def _of_questions(workspace: Workspace) -> Iterator[StaleOverride]:
    overrides = read_overrides(workspace.root / OVERRIDES)
    if not overrides or workspace.saved_plan("questions") is None:
        return
    known = set(read_ids(workspace, "questions", Question))
    for override in overrides:
        if override.id not in known:
            yield StaleOverride(OVERRIDES, override.id, "there is no such question any more")


def _of_boxes(workspace: Workspace) -> Iterator[StaleOverride]:
    boxes = read_box_overrides(workspace.root / BOX_OVERRIDES)
    if not boxes or workspace.saved_plan("evidence") is None:
        return
    wanted = sorted({box.question for box in boxes})
    found = {e.id: e for e in read_table(workspace, "evidence", Evidence, {"id": wanted})}
    for box in boxes:
        why = _of_no_use(box, found.get(box.question))
        if why is not None:
            yield StaleOverride(BOX_OVERRIDES, box.id, why)


def _of_no_use(box: BoxOverride, evidence: Evidence | None) -> str | None:
    if evidence is None:
        return "the question is gone or has no evidence"
    if all(item.item != box.item for item in evidence.key_items):
        return f"the evidence names no {box.item}"
    if box.frame not in evidence.core_frames:
        return f"{box.frame} is none of its core frames"
    return None
