"""What an export's numbers mean, told beside its files and on the command's output."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pipeline.publish.exports.boxes import CHOICES, BoxWriter
from pipeline.publish.exports.format import Format

JSON: Final = "conventions.json"
TEXT: Final = "CONVENTIONS.md"


@dataclass(frozen=True)
class Conventions:
    """Sentences and names, the same in both files."""

    format: str
    consumer: str
    box_form: str
    box_numbers: str
    """What the four numbers of a box are."""
    box_place: str
    box_choice: str
    boxes: str
    """Which boxes were written."""
    times: str
    media: str
    files: dict[str, str]
    notes: tuple[str, ...]
    version: str
    """Demitasse's."""


def conventions(form: Format, boxes: BoxWriter, version: str) -> Conventions:
    """What holds for an export."""
    return Conventions(
        format=form.name,
        consumer=form.consumer,
        box_form=boxes.form.name,
        box_numbers=boxes.form.meaning,
        box_place=form.box_place,
        box_choice=boxes.choice,
        boxes=CHOICES[boxes.choice],
        times=form.times,
        media=form.media,
        files=form.files,
        notes=form.notes,
        version=version,
    )


def write(folder: Path, told: Conventions) -> None:
    """Put both files into an export's folder."""
    document = json.dumps(asdict(told), ensure_ascii=False, indent=2)
    (folder / JSON).write_text(document + "\n", encoding="utf-8")
    (folder / TEXT).write_text("\n".join(_lines(told)) + "\n", encoding="utf-8")


def _lines(told: Conventions) -> list[str]:
    return [
        f"# Conventions of this export ({told.format})",
        "",
        f"Written by demitasse {told.version} for {told.consumer}.",
        "",
        f"- **Boxes** (`{told.box_form}`): {told.box_numbers}. {_sentence(told.box_place)}",
        f"- **Which boxes** (`{told.box_choice}`): {told.boxes}.",
        f"- **Times**: {told.times}.",
        f"- **Media**: {told.media}.",
        *(f"- {note}" for note in told.notes),
        "",
        "| file | what it is |",
        "|---|---|",
        *(f"| `{name}` | {what} |" for name, what in told.files.items()),
    ]


def _sentence(phrase: str) -> str:
    return f"{phrase[0].upper()}{phrase[1:]}."
