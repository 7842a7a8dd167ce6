"""VideoEspresso's released files, train and test, in all their spellings.

Two passes: what the numbers of boxes mean can only be told from all of them.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import UsageError
from pipeline.imports.box_readings import READINGS, Reading, Tally, reading_of
from pipeline.imports.espresso import evidence_text, read_row
from pipeline.imports.evidence_tags import take_apart
from pipeline.imports.json_items import json_items
from pipeline.imports.rows import ImportedSample
from pipeline.imports.sink import Report, importing, report_of

KIND: Final = "videoespresso"


@dataclass(frozen=True)
class BoxesFound:
    """What was found out about a file's boxes."""

    reading: Reading | None
    """None where there is no box."""
    boxes: int
    fitting: float
    """Share of the boxes that fit it."""


def find_boxes(file: Path) -> BoxesFound:
    """The reading that the boxes of a file fit.

    Raises:
        InputError: the file cannot be read as JSON.
    """
    tally = Tally()
    for item in json_items(file):
        for mention in take_apart(evidence_text(item)).mentions:
            for numbers in mention.boxes:
                tally.add(numbers)
    reading = tally.best()
    return BoxesFound(reading, tally.boxes, tally.share(reading) if reading else 0.0)


def import_videoespresso(
    file: Path,
    out: Path,
    *,
    box_form: str | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Report:
    """Read a released file into a folder.

    Args:
        box_form: what the numbers of boxes are, e.g. `centre-1000`; None to find it out.
        progress: told how many rows are done, after each.

    Raises:
        InputError: the file cannot be read as JSON.
        UsageError: `out` is not ours to replace, or there is no such form of boxes.
        StorageError: writing failed.
    """
    if box_form is not None and reading_of(box_form) is None:
        known = ", ".join(reading.name for reading in READINGS)
        raise UsageError(f"there is no box form {box_form!r}; there are {known}")
    boxes = find_boxes(file)
    reading = reading_of(box_form) if box_form is not None else boxes.reading
    schemes: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    with importing(out, KIND, file, ImportedSample) as sink:
        for row, item in enumerate(json_items(file), 1):
            read = read_row(row, item, reading)
            sink.add(read.sample.split if read.sample else "", read.sample, read.problems)
            schemes.update(f.scheme for f in (read.sample.core_frames if read.sample else ()))
            unknown.update(read.unknown_fields)
            progress(row)
        sink.found = {
            "boxes": boxes.boxes,
            "box_form": reading.name if reading else None,
            "box_form_given": box_form is not None,
            "boxes_that_fit": round(boxes.fitting, 4) if box_form is None else None,
            "frame_names": dict(sorted(schemes.items())),
            "unknown_fields": dict(sorted(unknown.items())),
        }
    return report_of(sink, KIND, file)
