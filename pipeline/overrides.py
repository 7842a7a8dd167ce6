"""A human's decisions on questions: `overrides.csv` in the workspace.

id,action,reason,answer
4f2a...,reject,the two men are the same person,
91bc...,keep,,The tram passes after the taxi.
"""

from pathlib import Path
from typing import Final, Literal

from pipeline.csv_rows import Columns, Row, read_rows
from pipeline.errors import InputError
from pipeline.records import Override

_COLUMNS: Final = Columns(("id", "action", "reason", "answer"), ("id", "action"), free=False)


def read_overrides(path: Path) -> list[Override]:
    """The overrides of a workspace, sorted by id; none where there is no such file.

    Raises:
        InputError: a line does not say one thing about one question.
    """
    if not path.exists():
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
