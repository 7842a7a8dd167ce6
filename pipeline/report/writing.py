"""Putting the page where it was asked for."""

import os
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.publish.folder import published_key
from pipeline.store import storage_errors


def write_page(path: Path, text: str) -> None:
    """Create or replace the file; whoever opens it meanwhile has the old one or the new one.

    Raises:
        UsageError: it would lie in a published folder.
        StorageError: the disk is full, or the place cannot be written to.
    """
    if published_key(path.parent) is not None:
        raise UsageError(
            f"{path} would lie in a published folder, which is replaced whole and holds nothing "
            "else: name another place with --out"
        )
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with storage_errors("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
