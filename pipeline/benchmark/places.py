"""Where a benchmark comes from and goes to, checked before anything is written."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pipeline.benchmark.content import rows_of
from pipeline.benchmark.manifest import Manifest, read_manifest
from pipeline.errors import UsageError
from pipeline.publish.dataset import RECIPE_FILE
from pipeline.publish.folder import check_kind, published_key

KIND: Final = "benchmark"
"""How the marker of a benchmark begins, so that none passes for a dataset."""


def source_key(dataset: Path, out: Path) -> str:
    """The unit key of a dataset that a benchmark can be made of, into this folder.

    Raises:
        UsageError: it is none, or the folder is not ours to replace.
    """
    key = published_key(dataset)
    if key is None or not (dataset / RECIPE_FILE).is_file():
        inside = dataset / "dataset"
        hint = f"; did you mean {inside}?" if published_key(inside) is not None else ""
        raise UsageError(f"{dataset} is no complete published dataset{hint}")
    if out.resolve() == dataset.resolve() or dataset.resolve() in out.resolve().parents:
        raise UsageError(f"{out} is in the dataset {dataset}: choose a place outside of it")
    check_kind(out, KIND)
    return key


def earlier(folder: Path | None) -> tuple[Manifest, dict[str, str]] | None:
    """An earlier version and the hash of each of its questions, by id.

    Raises:
        UsageError: the folder holds no benchmark.
    """
    if folder is None:
        return None
    manifest = read_manifest(folder)
    if manifest is None:
        raise UsageError(f"{folder} is no benchmark: --previous names one that was built before")
    return manifest, rows_of(folder)


def check_version(places: Iterable[Path], version: str, content: str) -> None:
    """Refuse to make one version say two things.

    Raises:
        UsageError: a folder holds this version with another content.
    """
    for folder in places:
        there = read_manifest(folder)
        if there is not None and there.version == version and there.content != content:
            raise UsageError(
                f"{folder} holds version {version} with other questions: give this one another "
                "--version"
            )
