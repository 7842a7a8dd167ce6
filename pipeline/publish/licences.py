"""Licences as owners state them, and the names that others know them by.

Nothing is guessed: a statement that is not one of these names stays as it was written.
"""

from collections.abc import Iterable
from typing import Final

UNKNOWN: Final = "unknown"
"""The licence of a video for which nobody stated one."""

SPDX: Final = {
    "apache-2.0": "Apache-2.0",
    "mit": "MIT",
    "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "cc0-1.0": "CC0-1.0",
    "pddl": "PDDL-1.0",
    "unlicense": "Unlicense",
    "odc-by": "ODC-By-1.0",
    "odbl": "ODbL-1.0",
    "cdla-sharing-1.0": "CDLA-Sharing-1.0",
    "cdla-permissive-2.0": "CDLA-Permissive-2.0",
    **{
        name: name.upper()
        for name in (
            *("cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0"),
            *("cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0"),
            *("cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0"),
            *("cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0"),
        )
    },
}
"""The hub's names of licences that footage comes under, and SPDX's of the same."""

OTHER: Final = "other"


def slug(licence: str) -> str:
    """The hub's spelling of a statement: lower case, hyphens for spaces."""
    return "-".join(licence.lower().split())


def hub_names(licences: Iterable[str]) -> list[str]:
    """The hub's names of these, sorted; `other` for what it has no name for.

    One that is not known outweighs all others: nobody may take the whole for free.
    """
    names = {slug(licence) for licence in licences}
    if not names or UNKNOWN in names:
        return [UNKNOWN]
    return sorted({name if name in SPDX else OTHER for name in names})
