"""From an evaluation's workspace to one line a question: what became of it under each protocol."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.engine.browse import read_outcomes, read_table
from pipeline.engine.workspace import Workspace
from pipeline.harness.forms import FORM_OF, Form
from pipeline.harness.rows import Given, Graded, Item, Said
from pipeline.recipe.evaluation import ProtocolName

Ending = Literal["graded", "unparsed", "failed", "skipped"]


@dataclass(frozen=True)
class Line:
    """One question under one input and one protocol."""

    item: str
    task: str
    video: str
    input: str
    protocol: ProtocolName
    ending: Ending
    code: str
    """Why it is unparsed, failed or skipped; empty where it is graded."""
    message: str
    measures: dict[str, float]
    said: Said | None


def lines(
    workspace: Workspace, items: tuple[Item, ...], label: str, protocol: ProtocolName
) -> Iterator[Line]:
    """What became of every item, in the order of their ids."""
    form = FORM_OF[protocol]
    said = answers(workspace, label, form)
    grades = {row.id: row for row in read_table(workspace, f"grades_{label}_{protocol}", Graded)}
    missing = [item for item in items if item.id not in grades]
    # Of some inputs the video is the unit that failed.
    units = sorted({item.id for item in missing} | {item.video for item in missing})
    why = {
        outcome.unit: outcome
        for stage in (
            *(f"selector_{name}" for name in ("frames", "captions") if label == "selected"),
            *(f"frames_{label}", f"answers_{label}_{form}", f"grades_{label}_{protocol}"),
        )
        for outcome in read_outcomes(workspace, stage, units)
        if outcome.status != "kept"
    }
    for item in items:
        grade = grades.get(item.id)
        if grade is not None:
            ending: Ending = "unparsed" if grade.unparsed else "graded"
            code, message = grade.unparsed, grade.message
        elif form not in item.forms:
            ending, code, message = "skipped", "no_key", f"it cannot be asked in the form {form}"
        else:
            found = why.get(item.id) or why.get(item.video)
            ending = "failed"
            code, message = (found.code, found.message) if found else ("NotDone", "to do")
        yield Line(
            item=item.id,
            task=item.task,
            video=item.video,
            input=label,
            protocol=protocol,
            ending=ending,
            code=code,
            message=message,
            measures={m.name: m.value for m in grade.measures} if grade else {},
            said=said.get(item.id),
        )


def answers(workspace: Workspace, label: str, form: Form) -> dict[str, Said]:
    """What the model said, by item."""
    return {row.id: row for row in read_table(workspace, f"answers_{label}_{form}", Said)}


def given(workspace: Workspace, label: str) -> dict[str, Given]:
    """What was shown, by item."""
    return {row.id: row for row in read_table(workspace, f"frames_{label}", Given)}
