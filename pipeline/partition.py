"""One of N jobs over one workspace: which inputs it owns, and what its locks and files are called.

An input belongs to a partition by the hash of its id, so ownership depends on no other input: a
video that is added or removed moves none, and the same id goes to the same partition everywhere.
Results lie in the workspace under keys that know of no partition; with another number of
partitions an input changes its owner, and the new one finds done what the old one did.

The id of an input is its path, as nobody knows its content before `videos` has read it. Two files
of one content may so belong to two partitions: each does the video, the first outcome of a key
that counts is the one that counts for all, and the run over the whole workspace does anew what
depends on both files, which is `selection`. `split_group` is read when the dataset is published,
from all inputs.
"""

import re
from dataclasses import dataclass
from typing import Final

from blake3 import blake3

from pipeline.errors import UsageError

_TEXT: Final = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)")
_SCOPE: Final = re.compile(r"p([1-9][0-9]*)of([1-9][0-9]*)")
MOST: Final = 1024
"""Partitions of a workspace: each has files of its own that readers open."""


@dataclass(frozen=True, order=True)
class Partition:
    """Partition `index` of `count`, from 1 on."""

    count: int
    index: int

    @classmethod
    def read(cls, text: str) -> "Partition":
        """What a person writes: `2/8`.

        Raises:
            UsageError: it is not that.
        """
        found = _TEXT.fullmatch(text)
        if found is None or int(found[1]) > int(found[2]):
            raise UsageError(
                f"--partition {text}: write which one of how many, from 1/N to N/N, such as 2/8"
            )
        check_count(int(found[2]), f"--partition {text}")
        return cls(int(found[2]), int(found[1]))

    @classmethod
    def of_scope(cls, scope: str) -> "Partition | None":
        """The partition of such a name; None where it is no partition's."""
        found = _SCOPE.fullmatch(scope)
        return cls(int(found[2]), int(found[1])) if found else None

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    @property
    def scope(self) -> str:
        """Its name in those of locks, leases, parts and files: `p2of8`."""
        return f"p{self.index}of{self.count}"

    def owns(self, input_id: str) -> bool:
        """Whether an input is this partition's; it is exactly one's of the same count."""
        digest = blake3(input_id.encode()).digest(8)
        return int.from_bytes(digest, "big") % self.count == self.index - 1


def all_of(count: int) -> list[Partition]:
    """The partitions of a workspace that is divided into so many."""
    return [Partition(count, index) for index in range(1, count + 1)]


def check_count(count: int, said: str) -> None:
    """Refuse more partitions than a workspace can have.

    Raises:
        UsageError: it is more.
    """
    if count > MOST:
        raise UsageError(f"{said}: a workspace has at most {MOST} partitions")
