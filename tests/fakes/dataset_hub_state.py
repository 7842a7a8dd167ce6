"""What a fake hub of datasets holds: datasets with their commits, as git and LFS name content."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

ATTRIBUTES: Final = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"
LARGE: Final = (".parquet", ".png")
"""What the attributes of a new dataset make a large file of, as far as it concerns us."""


@dataclass(frozen=True)
class Large:
    """A file that a commit only points to."""

    sha256: str
    size: int


File = bytes | Large


@dataclass
class Repo:
    """A dataset: its commits, the newest last, each with all of its files."""

    private: bool
    commits: list[dict[str, File]] = field(default_factory=lambda: [{".gitattributes": ATTRIBUTES}])

    @property
    def files(self) -> dict[str, File]:
        return self.commits[-1]

    @property
    def head(self) -> str:
        return hashlib.sha1(str(len(self.commits)).encode()).hexdigest()

    def put(self, path: str, data: bytes) -> None:
        """A commit that somebody makes on the hub's own pages."""
        self.commits.append({**self.files, path: data})

    def commit(
        self, lines: list[dict[str, Any]], stored: Mapping[str, Any] | None
    ) -> tuple[int, str]:
        """Apply a commit's operations, all or none; a status, and why not.

        Args:
            stored: the large files that arrived, by SHA-256; None where that cannot be told.
        """
        header, *operations = lines
        if header["value"].get("parentCommit") not in (None, self.head):
            return 412, "A commit has happened since. Please refresh and try again."
        files = dict(self.files)
        for operation in operations:
            value = operation["value"]
            path = value["path"]
            if operation["key"] == "deletedFile":
                if files.pop(path, None) is None:
                    return 404, f"A file with this name doesn't exist: {path}"
            elif operation["key"] == "lfsFile":
                if stored is not None and value["oid"] not in stored:
                    return 400, f"Your push was rejected: {path} was never uploaded"
                files[path] = Large(value["oid"], value["size"])
            else:
                files[path] = base64.b64decode(value["content"])
        self.commits.append(files)
        return 200, self.head


def git_oid(data: bytes) -> str:
    """The name that git gives to a file of this content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def content_name(file: File) -> str:
    """The name that the hub compares content by."""
    return git_oid(file) if isinstance(file, bytes) else file.sha256


def entry(path: str, file: File) -> Mapping[str, Any]:
    """A file as the tree lists it."""
    if isinstance(file, bytes):
        return {"type": "file", "path": path, "size": len(file), "oid": git_oid(file)}
    version = "version https://git-lfs.github.com/spec/v1"
    pointer = f"{version}\noid sha256:{file.sha256}\nsize {file.size}\n".encode()
    lfs = {"oid": file.sha256, "size": file.size, "pointerSize": len(pointer)}
    return {"type": "file", "path": path, "size": file.size, "oid": git_oid(pointer), "lfs": lfs}
