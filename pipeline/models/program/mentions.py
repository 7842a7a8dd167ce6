"""Which of the detector's classes a text names, in singular or plural."""

import re
from functools import cache

from pipeline.models.coco import LABELS, many


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    forms = {form: label for label in LABELS.values() for form in (label, many(label))}
    # Longest first: `traffic light` before a class that is a part of it.
    names = sorted(forms, key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, names))})\b", re.IGNORECASE), forms


def mentioned(text: str) -> list[str]:
    """The labels in the order of their first mention, none twice."""
    pattern, forms = _pattern()
    found = (forms[match.group(1).lower()] for match in pattern.finditer(text))
    return list(dict.fromkeys(found))
