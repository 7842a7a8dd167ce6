"""How long videos are, from the files that go with their annotations."""

from collections.abc import Mapping
from pathlib import Path

from pipeline.csv_rows import Columns, read_rows
from pipeline.errors import InputError
from pipeline.imports.json_items import json_document


def read_durations(file: Path) -> dict[str, float]:
    """Seconds by the video's name.

    Args:
        file: a CSV with the columns `id` and `length` (Charades), or JSON that maps each video to
            its seconds or to an object with `duration`.

    Raises:
        InputError: it is neither.
    """
    if file.suffix.lower() == ".csv":
        rows = read_rows(file, Columns(("id", "length"), ("id", "length"), free=True))
        return {row.values["id"]: _seconds(file, row.get("length")) for row in rows}
    document = json_document(file)
    if not isinstance(document, dict):
        raise InputError(f"{file} maps no videos to their length")
    return {
        video: _seconds(file, said.get("duration") if isinstance(said, Mapping) else said)
        for video, said in document.items()
    }


def _seconds(file: Path, said: object) -> float:
    try:
        return float(str(said))
    except ValueError as error:
        raise InputError(f"{file}: {said!r} is no length in seconds") from error
