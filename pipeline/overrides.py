"""A human's decisions on questions and boxes: two files in the workspace.

`overrides.csv`:

id,action,reason,answer
4f2a...,reject,the two men are the same person,
91bc...,keep,,The tram passes after the taxi.

`box_overrides.csv`, with a box as everywhere: normalised to the displayed frame, y down:

question,item,frame,x1,y1,x2,y2
91bc...,tram_1,7d10.../f250,0.125,0.4,0.5,0.9
"""

from typing import Final, Literal

from pipeline.csv_rows import Columns, Row, read_rows
from pipeline.errors import InputError
from pipeline.records import BoxOverride, Override
from pipeline.storage.files import exists
from pipeline.storage.place import Place

OVERRIDES: Final = "overrides.csv"
BOX_OVERRIDES: Final = "box_overrides.csv"
"""The names of the files in the workspace."""

_COLUMNS: Final = Columns(("id", "action", "reason", "answer"), ("id", "action"), free=False)
_CORNERS: Final = ("x1", "y1", "x2", "y2")
_BOX_NAMES: Final = ("question", "item", "frame", *_CORNERS)
_BOX_COLUMNS: Final = Columns(_BOX_NAMES, _BOX_NAMES, free=False)


def read_overrides(path: Place) -> list[Override]:
    """The overrides of a workspace, sorted by id; none where there is no such file.

    Raises:
        InputError: a line does not say one thing about one question.
    """
    if not exists(path):
        return []
    found: dict[str, Override] = {}
    for row in read_rows(path, _COLUMNS):
        try:
            override = _override(row)
        except ValueError as error:
            raise InputError(f"{path}, line {row.line}: {error}") from None
        if override.id in found:
            raise InputError(f"{path}, line {row.line}: question {override.id} stands twice")
        found[override.id] = override
    return [found[name] for name in sorted(found)]


def read_box_overrides(path: Place) -> list[BoxOverride]:
    """The boxes that humans drew, sorted by id; none where there is no such file.

    Raises:
        InputError: a line does not say where one key item of one question is.
    """
    if not exists(path):
        return []
    found: dict[str, BoxOverride] = {}
    for row in read_rows(path, _BOX_COLUMNS):
        try:
            box = _box(row)
        except ValueError as error:
            raise InputError(f"{path}, line {row.line}: {error}") from None
        if box.id in found:
            raise InputError(
                f"{path}, line {row.line}: {box.item} of question {box.question} stands twice"
            )
        found[box.id] = box
    return [found[name] for name in sorted(found)]


def _override(row: Row) -> Override:
    question, reason, answer = row.get("id"), row.get("reason"), row.get("answer")
    if question is None:
        raise ValueError("the question's id is empty")
    action = _action(row.get("action"))
    if action == "reject" and reason is None:
        raise ValueError("a rejection needs a reason")
    if action == "reject" and answer is not None:
        raise ValueError("a rejection takes no answer; a reason with a comma in it needs quotes")
    return Override(id=question, action=action, reason=reason, answer=answer)


def _action(text: str | None) -> Literal["keep", "reject"]:
    if text == "keep":
        return "keep"
    if text == "reject":
        return "reject"
    raise ValueError(f"action {text!r} is not keep or reject")


def _box(row: Row) -> BoxOverride:
    question, item, frame = (_named(row, column) for column in ("question", "item", "frame"))
    x1, y1, x2, y2 = (_number(row, column) for column in _CORNERS)
    return BoxOverride(
        id=f"{question}#{item}", question=question, item=item, frame=frame, bbox=(x1, y1, x2, y2)
    )


def _named(row: Row, column: str) -> str:
    text = row.get(column)
    if text is None:
        raise ValueError(f"`{column}` is empty")
    return text


def _number(row: Row, column: str) -> float:
    text = _named(row, column)
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"`{column}` is {text!r} and not a number") from None
