"""`benchmark.json`: what a version of a benchmark holds, and how it came to hold it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from pipeline.benchmark.agreement import Agreement
from pipeline.benchmark.changes import Changes
from pipeline.benchmark.lengths import Lengths
from pipeline.errors import UsageError
from pipeline.store import storage_errors

MANIFEST: Final = "benchmark.json"


@dataclass(frozen=True)
class TaskCounts:
    """Of one task."""

    candidates: int
    """Test questions with a right answer and three distractors."""
    questions: int
    """Of the benchmark, counted in its files."""
    videos: int
    most_of_one_video: int


@dataclass(frozen=True)
class Reviewed:
    """What people decided."""

    reviewers: int
    decisions: Mapping[str, int]
    agreement: Agreement | None


@dataclass(frozen=True)
class Manifest:
    """All of it; the same files and settings give the same text."""

    version: str
    content: str
    """SHA-256 of all questions with answers, options, evidence, boxes and hashes of pictures."""
    source: str
    """Unit key of the dataset that it is made from."""
    cap: int
    questions: int
    videos: int
    tasks: Mapping[str, TaskCounts]
    letters: Mapping[str, int]
    letters_moved: int
    """Questions whose answer stands under another letter than in the dataset."""
    before: Lengths
    """Of all candidates."""
    after: Lengths
    """Of the benchmark."""
    left_out: Mapping[str, int]
    """Test questions by the reason; `rejected/` has each of them."""
    review: Reviewed | None
    changes: Changes | None
    """Against the version named with --previous."""
    demitasse: str


_MANIFEST: Final = TypeAdapter(Manifest)


def manifest_text(manifest: Manifest) -> str:
    """The file's content."""
    return _MANIFEST.dump_json(manifest, indent=2).decode() + "\n"


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in a folder, or None where there is none.

    Raises:
        UsageError: another version of Demitasse wrote it.
        StorageError: it cannot be read.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    with storage_errors("read", path):
        text = path.read_bytes()
    try:
        return _MANIFEST.validate_json(text)
    except ValidationError as error:
        raise UsageError(
            f"{path} is not of the form that this version writes: build that benchmark again"
        ) from error
