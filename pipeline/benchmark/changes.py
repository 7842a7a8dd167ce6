"""What a version of a benchmark changes against an earlier one."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Changes:
    """By the ids of questions, sorted."""

    previous: str
    """The earlier version."""
    previous_content: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    """In both, and not the same: in a text, an option or its order, a box, a picture."""
    unchanged: int


def changes(
    version: str, content: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Changes:
    """Compare two versions.

    Args:
        version: the earlier one's.
        content: the earlier one's hash.
        before: its hash of each question, by id.
        after: the later one's.
    """
    both = before.keys() & after.keys()
    return Changes(
        previous=version,
        previous_content=content,
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(q for q in both if before[q] != after[q])),
        unchanged=sum(before[q] == after[q] for q in both),
    )
