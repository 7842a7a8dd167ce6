"""A human's decisions on questions: `overrides.csv` in the workspace.

id,action,reason,answer
4f2a...,reject,the two men are the same person,
91bc...,keep,,The tram passes after the taxi.
"""

import csv
from pathlib import Path
from typing import Literal

from pipeline.errors import InputError
from pipeline.records import Override

_COLUMNS = ["id", "action", "reason", "answer"]


def read_overrides(path: Path) -> list[Override]:
    """The overrides of a workspace, none where there is no such file.

    Raises:
        InputError: a line does not say one thing about one question.
    """
    if not path.exists():
        return []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file, strict=True)
            if not {"id", "action"} <= set(rows.fieldnames or []):
                raise InputError(f"{path}, line 1: needs the columns {', '.join(_COLUMNS)}")
            found: dict[str, Override] = {}
            for row in rows:
                override = _override(path, rows.line_num, row)
                if override.id in found:
                    raise InputError(
                        f"{path}, line {rows.line_num}: question {override.id} stands twice"
                    )
                found[override.id] = override
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    return [found[name] for name in sorted(found)]


def _override(path: Path, line: int, row: dict[str, str]) -> Override:
    question, action, reason, answer = ((row.get(c) or "").strip() or None for c in _COLUMNS)
    if question is None:
        raise InputError(f"{path}, line {line}: the question's id is empty")
    return Override(
        id=question, action=_action(path, line, action, reason), reason=reason, answer=answer
    )


def _action(
    path: Path, line: int, action: str | None, reason: str | None
) -> Literal["keep", "reject"]:
    if action == "reject":
        if reason is None:
            raise InputError(f"{path}, line {line}: a rejection needs a reason")
        return "reject"
    if action == "keep":
        return "keep"
    raise InputError(f"{path}, line {line}: action {action!r} is not keep or reject")
