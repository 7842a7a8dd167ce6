"""One row of VideoEspresso's released files in our conventions, and what of it is not resolved."""

from dataclasses import dataclass
from typing import Any

from pipeline.imports.box_readings import Reading
from pipeline.imports.columns import fields_of
from pipeline.imports.espresso_evidence import evidence_of, key_items_of
from pipeline.imports.espresso_frames import frames_of
from pipeline.imports.espresso_options import letter_of, options_of, place_of
from pipeline.imports.rows import ImportedSample, Problem
from pipeline.imports.telling import content_id
from pipeline.tasks import parse_task


@dataclass(frozen=True)
class Read:
    """What came of a row."""

    sample: ImportedSample | None
    """None where the row is no question with an answer."""
    problems: tuple[Problem, ...]
    unknown_fields: tuple[str, ...]


def read_row(row: int, item: Any, reading: Reading | None) -> Read:
    """Read a row.

    Args:
        row: its place in the file, from 1.
        reading: what its boxes' numbers mean; None where the file has no box.
    """
    if not isinstance(item, dict):
        return _left_out(row, "not_an_object", "the element is no object with fields", ())
    fields = fields_of(item)
    problems: list[Problem] = []

    def tell(code: str, message: str) -> None:
        problems.append(Problem(row=row, code=code, message=message, left_out=False))

    for name in fields.contradicting:
        tell("contradicting_fields", f"{name} stands there twice and differs")
    options = options_of(fields.values.get("options"), tell)
    letter = letter_of(fields.text("correct"), options, tell)
    question = fields.text("question")
    answer = fields.text("answer") or (options[place_of(letter)] if letter else "")
    for name, value in (("question", question), ("answer", answer)):
        if not value:
            return _left_out(row, f"no_{name}", f"there is no {name}", fields.unknown)
    evidence, mentions = evidence_of(fields.text("evidence"), reading, tell)
    sample = ImportedSample(
        id=content_id(fields.text("video"), question, answer, options),
        row=row,
        split="test" if options else "train",
        video_path=fields.text("video"),
        task=parse_task(fields.text("task")),
        task_name=fields.text("task"),
        question=question,
        answer=answer,
        options=tuple(options),
        letter=letter,
        core_frames=frames_of(fields, tell),
        evidence=evidence,
        key_items=key_items_of(fields.values.get("key_items"), tell),
        mentions=mentions,
    )
    if not sample.video_path:
        tell("no_video", "there is no path of a video")
    if sample.task is None:
        tell("unknown_task", f"{sample.task_name!r} is no task that we know")
    return Read(sample, tuple(problems), fields.unknown)


def evidence_text(item: Any) -> str:
    """The evidence of a row that may not be one."""
    return fields_of(item).text("evidence") if isinstance(item, dict) else ""


def _left_out(row: int, code: str, message: str, unknown: tuple[str, ...]) -> Read:
    return Read(None, (Problem(row=row, code=code, message=message, left_out=True),), unknown)
