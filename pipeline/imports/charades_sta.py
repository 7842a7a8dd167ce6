"""Charades-STA: sentences and the stretch of the video that each is about.

Read as its own text files, `VIDEO START END##sentence` a line, or as the JSON into which many have
turned it, which is ActivityNet Captions' form: `{video: {duration, timestamps, sentences}}`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.errors import InputError
from pipeline.imports.json_items import json_document
from pipeline.imports.rows import GroundingRow, Problem
from pipeline.imports.sink import Report, importing, report_of
from pipeline.imports.spans import span_of
from pipeline.imports.splits import split_of
from pipeline.imports.telling import content_id

KIND: Final = "charades-sta"
_LINE: Final = re.compile(r"(\S+)\s+(\S+)\s+(\S+)\s*##(.*)")


@dataclass(frozen=True)
class _Said:
    """A sentence as the source has it; `video` is empty where it cannot be read."""

    video: str
    sentence: str
    stated: Any
    seconds: float | None


def import_charades_sta(
    file: Path,
    out: Path,
    *,
    durations: Mapping[str, float],
    split: str | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Report:
    """Read the sentences of a file into a folder.

    Args:
        durations: seconds by video, where the file itself does not have them.
        split: None to tell it from the file's name.

    Raises:
        InputError: the file cannot be read.
        UsageError: `out` is not ours to replace.
        StorageError: writing failed.
    """
    where = split or split_of(file)
    unchecked = 0
    said = _listed(file) if file.suffix.lower() == ".json" else _lines(file, durations)
    with importing(out, KIND, file, GroundingRow) as sink:
        for number, sentence in enumerate(said, 1):
            row, problems = _row(number, sentence)
            sink.add(where, row, problems)
            unchecked += row is not None and row.video_seconds is None
            progress(number)
        sink.found = {"without_length": unchecked}
    return report_of(sink, KIND, file)


def _row(number: int, said: _Said) -> tuple[GroundingRow | None, list[Problem]]:
    problems: list[Problem] = []

    def tell(code: str, message: str, *, left_out: bool = False) -> None:
        problems.append(Problem(row=number, code=code, message=message, left_out=left_out))

    if not said.video or not said.sentence:
        tell("unreadable_line", "no video, start, end and sentence", left_out=True)
        return None, problems
    span = span_of(said.stated, said.seconds, tell)
    if span is None:
        tell("no_span", f"{said.video} has no stretch left for its sentence", left_out=True)
        return None, problems
    row = GroundingRow(
        id=content_id(said.video, said.sentence, [span.stated_start, span.stated_end]),
        row=number,
        video=said.video,
        query=said.sentence,
        kind="sentence",
        answer=None,
        options=(),
        letter=None,
        spans=(span,),
        video_seconds=said.seconds,
        metadata=(),
    )
    return row, problems


def _lines(file: Path, durations: Mapping[str, float]) -> Iterator[_Said]:
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for line in filter(str.strip, lines):
                match = _LINE.fullmatch(line.strip())
                if match is None:
                    yield _Said("", "", None, None)
                    continue
                video, start, end, sentence = match.groups()
                yield _Said(video, sentence.strip(), (start, end), durations.get(video))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}") from error


def _listed(file: Path) -> Iterator[_Said]:
    document = json_document(file)
    if not isinstance(document, dict):
        raise InputError(f"{file} is no object of videos with timestamps and sentences")
    for video, said in document.items():
        try:
            pairs = list(zip(said["timestamps"], said["sentences"], strict=True))
            seconds = float(said["duration"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{file}: {video} has no duration, timestamps and as many sentences ({error})"
            ) from error
        for stated, sentence in pairs:
            yield _Said(video, str(sentence).strip(), stated, seconds)
