"""What a job is called: by its recipe, its workspace, and which attempt at it this is.

`demitasse-<recipe>-<hash of the workspace>-<attempt>`, for instance `demitasse-demo-1f0c22ab-2`; of
a partition `demitasse-demo-1f0c22ab-p3of8-2`, whose attempts are counted for itself.
"""

import os
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from pipeline.partition import Partition
from pipeline.storage.place import is_url, url

_HEX: Final = 8
_NAME: Final = re.compile(
    rf"demitasse-(?P<recipe>.+)-(?P<place>[0-9a-f]{{{_HEX}}})"
    r"(?:-(?P<scope>p\d+of\d+))?-(?P<attempt>\d+)"
)


@dataclass(frozen=True)
class JobName:
    """The parts of a job's name."""

    recipe: str
    place: str
    """Hash of the workspace, which all attempts share."""
    attempt: int
    partition: Partition | None = None

    def __str__(self) -> str:
        scope = f"-{self.partition.scope}" if self.partition else ""
        return f"demitasse-{self.recipe}-{self.place}{scope}-{self.attempt}"

    @classmethod
    def read(cls, text: str) -> "JobName | None":
        """The parts, or None where somebody else named the job."""
        found = _NAME.fullmatch(text)
        if found is None:
            return None
        partition = Partition.of_scope(found["scope"] or "")
        return cls(found["recipe"], found["place"], int(found["attempt"]), partition)


def workspace_name(recipe: str, work: str) -> str:
    """What the names of all jobs of a recipe over a workspace begin with."""
    return f"demitasse-{recipe}-{hash_of(work)}"


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
