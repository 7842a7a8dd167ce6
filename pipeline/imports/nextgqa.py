"""NExT-GQA: multiple-choice questions and the stretches of the video that bear the answer.

The questions are a CSV of NExT-QA's columns, the stretches JSON beside it:
`{video: {duration, location: {question id: [[start, end], ...]}, fps}}`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from pipeline.csv_rows import Columns, Row, read_rows
from pipeline.errors import InputError, UsageError
from pipeline.imports.espresso_options import letter_at
from pipeline.imports.json_items import json_document
from pipeline.imports.rows import GroundingRow, Problem
from pipeline.imports.sink import Report, importing, report_of
from pipeline.imports.spans import span_of
from pipeline.imports.splits import split_of
from pipeline.imports.telling import Tell, content_id
from pipeline.records import Pair

KIND: Final = "nextgqa"
_OPTIONS: Final = tuple(f"a{n}" for n in range(5))
_COLUMNS: Final = Columns(
    ("question", "answer", "qid", "type", *_OPTIONS), ("question", "answer", "qid"), free=True
)
_VIDEO: Final = ("video_id", "video")


def spans_file(questions: Path) -> Path:
    """Where the release has the stretches of these questions: `gsub_val.json` beside `val.csv`."""
    return questions.with_name(f"gsub_{questions.stem}.json")


def import_nextgqa(
    file: Path,
    out: Path,
    *,
    spans: Path,
    split: str | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Report:
    """Read questions and their stretches into a folder.

    Args:
        spans: the JSON with the stretches.
        split: None to tell it from the file's name.

    Raises:
        InputError: a file cannot be read as one of NExT-GQA.
        UsageError: there is no such JSON, or `out` is not ours to replace.
        StorageError: writing failed.
    """
    if not spans.is_file():
        raise UsageError(f"there is no {spans}: name the file with the stretches by --spans")
    located = json_document(spans)
    if not isinstance(located, dict):
        raise InputError(f"{spans} is no object of videos")
    where = split or split_of(file)
    with importing(out, KIND, file, GroundingRow) as sink:
        for number, line in enumerate(read_rows(file, _COLUMNS), 1):
            row, problems = _row(number, file, line, located)
            sink.add(where, row, problems)
            progress(number)
    return report_of(sink, KIND, file)


def _row(
    number: int, file: Path, line: Row, located: Mapping[str, Any]
) -> tuple[GroundingRow | None, list[Problem]]:
    problems: list[Problem] = []

    def tell(code: str, message: str, *, left_out: bool = False) -> None:
        problems.append(Problem(row=number, code=code, message=message, left_out=left_out))

    video = next((value for name in _VIDEO if (value := line.get(name))), None)
    if video is None:
        raise InputError(f"{file}, line {line.line}: needs the column video_id or video")
    question, question_id = line.values["question"], line.values["qid"]
    said = located.get(video)
    said = said if isinstance(said, dict) else {}
    seconds = said.get("duration")
    seconds = float(seconds) if isinstance(seconds, (int, float)) else None
    stated = _stated(said, question_id)
    spans = [s for pair in stated if (s := span_of(pair, seconds, tell)) is not None]
    if not spans or not question:
        why = f"question {question_id} of {video} has no stretch of the video"
        tell("no_span", why, left_out=True)
        return None, problems
    options = tuple(line.values[name] for name in _OPTIONS if line.get(name))
    answer, letter = _answer(line.values["answer"], options, tell)
    row = GroundingRow(
        id=content_id(video, question_id, question, answer),
        row=number,
        video=video,
        query=question,
        kind="question",
        answer=answer,
        options=options,
        letter=letter,
        spans=tuple(spans),
        video_seconds=seconds,
        metadata=tuple(
            Pair(key=key, value=value)
            for key in ("qid", "type", "frame_count", "width", "height")
            if (value := line.get(key))
        ),
    )
    return row, problems


def _stated(said: Mapping[str, Any], question_id: str) -> list[Any]:
    location = said.get("location")
    stated = location.get(question_id) if isinstance(location, dict) else None
    return stated if isinstance(stated, list) else []


def _answer(said: str, options: tuple[str, ...], tell: Tell) -> tuple[str, str | None]:
    """The answer's words and its letter; NExT-QA's own files give the place from 0 instead."""
    if said in options:
        return said, letter_at(options.index(said))
    if said.isdecimal() and int(said) < len(options):
        return options[int(said)], letter_at(int(said))
    if options:
        tell("answer_not_among_options", f"{said!r} is none of the {len(options)} options")
    return said, None
