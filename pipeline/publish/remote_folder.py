"""A dataset on an object store, where no folder can be renamed: built here, then uploaded in order.

    intent   which files are ours: those of the dataset that is there, and those to come
    marker   of the dataset that is there: removed, so that nobody takes a mixture for a dataset
    files    all others, then the card
    marker   of the new dataset: from here on it is there, and whole
    stale    files of the earlier dataset that the new one has not: removed, and then the intent

Who asks for the marker sees the old dataset, none, or the new one. A run that dies anywhere leaves
the intent, by which the next one knows what is its own to replace.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from pipeline.errors import UsageError
from pipeline.storage.place import Url
from pipeline.storage.remote import RemoteFolder
from pipeline.store import Store, storage_errors

INTENT: Final = ".demitasse.publishing.json"
CARD: Final = "README.md"
_FILES: Final = TypeAdapter(list[str])


@contextmanager
def uploading(
    folder: Url, marker: str, ours: Callable[[], tuple[str, ...]], finish: Callable[[Path], None]
) -> Iterator[Path]:
    """An empty local folder whose content takes the place of `folder` when the block ends.

    Args:
        marker: the name of the file that says what belongs to a dataset; it is written last.
        ours: the files of the dataset that is there.
        finish: writes the marker into the local folder.

    Raises:
        UsageError: something that is not ours lies there.
        StorageError: this disk or the object store fails.
    """
    known = {*ours(), *_intended(Store(folder)), marker, INTENT}
    _check_ours(folder, known)
    with tempfile.TemporaryDirectory(prefix="demitasse-") as temporary:
        building = Path(temporary)
        with storage_errors("write", building):
            yield building
            finish(building)
        _upload(building, folder, marker, known)


def _check_ours(folder: Url, known: set[str]) -> None:
    for entry in RemoteFolder(folder).everything(""):
        if entry.name not in known:
            raise UsageError(
                f"{folder / entry.name} is in the way: demitasse did not write it and replaces the "
                "whole prefix; move it elsewhere, or publish to another"
            )


def _upload(building: Path, folder: Url, marker: str, known: set[str]) -> None:
    store, last = Store(folder), (CARD, marker)
    found = (p for p in building.rglob("*") if p.is_file())
    files = sorted(p.relative_to(building).as_posix() for p in found)
    before = known - {marker, INTENT}
    store.write(INTENT, _FILES.dump_json(sorted({*files, *before})))
    store.remove(marker)
    for name in (*(name for name in files if name not in last), *last):
        _send(building / name, store, name)
    for name in sorted(before - {*files}):
        store.remove(name)
    store.remove(INTENT)


def _send(path: Path, store: Store, name: str) -> None:
    with path.open("rb") as file, store.create(name) as target:
        while piece := file.read(1 << 20):
            target.write(piece)


def _intended(store: Store) -> list[str]:
    return _FILES.validate_json(store.read(INTENT)) if store.exists(INTENT) else []
