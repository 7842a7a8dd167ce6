"""How many of a video's questions are answered with yes or no: few, or a model learns to guess."""

import re
from collections.abc import Mapping
from typing import Final

from pipeline.stages.selection_rules.finding import Finding

_YES_NO: Final = re.compile(r"\W*(?:yes|no)\b(?![- ]one\b)", re.IGNORECASE)


def is_yes_no(answer: str) -> bool:
    """Whether the answer starts with a yes or a no."""
    return bool(_YES_NO.match(answer))


def excess_yes_no(
    answers: Mapping[str, str], pinned: frozenset[str], max_share: float
) -> dict[str, Finding]:
    """The yes-no questions beyond the share, of what is left without them.

    Args:
        answers: by id, in the order in which questions are kept.
        pinned: ids that a human keeps; they count, and stay.
        max_share: of all questions that stay.
    """
    plain = [name for name, answer in answers.items() if not is_yes_no(answer)]
    asking = [name for name in answers if name not in set(plain)]
    staying = sum(name in pinned for name in asking)
    found: dict[str, Finding] = {}
    for name in asking:
        if name in pinned:
            continue
        if staying + 1 <= max_share * (staying + 1 + len(plain)):
            staying += 1
        else:
            found[name] = Finding(
                "yes_no_bias",
                f"yes or no answers more than {max_share:.0%} of this video's questions",
            )
    return found
