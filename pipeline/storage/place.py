"""Places that a user names: local paths, and URLs of object stores.

What can be remote takes a `Place`; what cannot takes a `Path` and says so with `local`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from pipeline.errors import UsageError

SCHEMES: Final = {"s3": "Amazon S3 and what speaks its protocol", "gs": "Google", "az": "Azure"}
_URL: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<bucket>[^/]*)(?P<key>.*)", re.S
)


class Place(Protocol):
    """A file or folder, local (`Path`) or remote (`Url`)."""

    @property
    def name(self) -> str: ...

    @property
    def parent(self) -> "Place": ...

    def __truediv__(self, name: str, /) -> "Place": ...

    def absolute(self) -> "Place": ...

    def resolve(self) -> "Place": ...


@dataclass(frozen=True, order=True)
class Url:
    """An object, or a prefix that stands for a folder: `s3://bucket/some/prefix`."""

    scheme: str
    bucket: str
    key: str = ""
    """Without a slash at either end; empty for the whole bucket."""

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2] or self.bucket

    @property
    def parent(self) -> "Url":
        return Url(self.scheme, self.bucket, self.key.rpartition("/")[0])

    def __truediv__(self, name: str, /) -> "Url":
        return Url(self.scheme, self.bucket, f"{self.key}/{name}".strip("/"))

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.key}".rstrip("/")

    def absolute(self) -> "Url":
        return self

    def resolve(self) -> "Url":
        return self


def is_url(text: str) -> bool:
    """Whether a text names an object store and no local path."""
    return _URL.fullmatch(text) is not None


def place(text: str) -> Place:
    """The place that a user means.

    Raises:
        UsageError: it is a URL of no known kind, or one with credentials in it.
    """
    return url(text) if is_url(text) else Path(text)


def url(text: str) -> Url:
    """A URL of an object store.

    Raises:
        UsageError: it is none of a known kind, or has credentials in it.
    """
    found = _URL.fullmatch(text)
    known = ", ".join(f"{scheme}://" for scheme in SCHEMES)
    if found is None or found["scheme"] not in SCHEMES:
        scheme = found["scheme"] if found else text
        raise UsageError(
            f"{scheme}:// is no place that is known; known are local paths and {known}"
        )
    if "@" in found["bucket"] or not found["bucket"]:
        # The text itself is not repeated: what stands before an @ may be a secret.
        raise UsageError(
            f"write {found['scheme']}://BUCKET/PREFIX, with nothing before the bucket's name: "
            "credentials come from the environment or the instance"
        )
    return Url(found["scheme"], found["bucket"], re.sub("/+", "/", found["key"]).strip("/"))


def local(where: Place, what: str) -> Path:
    """The place as a local path.

    Args:
        what: what needs it to be local, as the beginning of a sentence.

    Raises:
        UsageError: it is remote.
    """
    if isinstance(where, Path):
        return where
    raise UsageError(f"{what} needs a local folder, not {where}: copy it to this machine first")
