"""How readers of rows say what they could not resolve."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

Tell: TypeAlias = Callable[[str, str], None]
"""A short code and one sentence about the row at hand."""

_SHOWN: Final = 5


def some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def content_id(*parts: object) -> str:
    """32 hex digits that follow from a row's content alone."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:32]
