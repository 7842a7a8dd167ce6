"""What a job is called: by its recipe, its workspace, and which attempt at it this is.

`demitasse-<recipe>-<hash of the workspace>-<attempt>`, for instance `demitasse-demo-1f0c22ab-2`.
"""

import os
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from pipeline.storage.place import is_url, url

_HEX: Final = 8
_NAME: Final = re.compile(
    rf"demitasse-(?P<recipe>.+)-(?P<place>[0-9a-f]{{{_HEX}}})-(?P<attempt>\d+)"
)


@dataclass(frozen=True)
class JobName:
    """The parts of a job's name."""

    recipe: str
    place: str
    """Hash of the workspace, which all attempts share."""
    attempt: int

    def __str__(self) -> str:
        return f"demitasse-{self.recipe}-{self.place}-{self.attempt}"

    @classmethod
    def read(cls, text: str) -> "JobName | None":
        """The parts, or None where somebody else named the job."""
        found = _NAME.fullmatch(text)
        if found is None:
            return None
        return cls(found["recipe"], found["place"], int(found["attempt"]))


def absolute(place: str) -> str:
    """A path or URL that means the same from every folder.

    Raises:
        UsageError: it is a URL of no known kind, or one with credentials in it, which Ray would
            keep with the job.
    """
    return str(url(place)) if is_url(place) else os.path.abspath(Path(place).expanduser())


def hash_of(work: str) -> str:
    """What stands for the workspace in names."""
    return sha256(work.encode()).hexdigest()[:_HEX]
