"""What a trainer's row says of the right answer, for whichever trainer it was exported.

| column | is |
|---|---|
| `solution` (`ground_truth` in verl) | the answer, in `<answer>` tags or without |
| `problem_type` | `exact_match` (where it is missing), `math`, `iou`, `gqa` |
| `options` | texts of the options, in order |
| `segments` | true stretches of time, pairs of seconds |
| `form` | the form of reply that the prompt asks for |

Each is looked for in the row, then in its `details` (TRL) or `extra_info` (verl).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.evaluation.answers.grammars import FORMS, Form
from pipeline.evaluation.graders.truth import Truth, truth

_NESTED: Final = ("details", "extra_info")


def truth_of(row: Mapping[str, Any], answer: str) -> Truth:
    """What is right by the columns of a row.

    Raises:
        ValueError: they do not go together.
    """
    return truth(
        column(row, "problem_type") or "exact_match",
        answer,
        options=_several(column(row, "options")),
        segments=_several(column(row, "segments")),
    )


def form_of(row: Mapping[str, Any], otherwise: Form) -> Form:
    """The form that a row asks for, or another where it does not say.

    Raises:
        ValueError: there is no such form.
    """
    said = column(row, "form") or otherwise
    for form in FORMS:
        if said == form:
            return form
    raise ValueError(f"{said!r} is no form of reply: those are {', '.join(FORMS)}")


def column(row: Mapping[str, Any], name: str) -> Any:
    """A column of the row, or of what is nested in it; None where neither has it."""
    for place in (row, *(row.get(nested) for nested in _NESTED)):
        if isinstance(place, Mapping) and place.get(name) is not None:
            return place[name]
    return None


def _several(value: Any) -> Sequence[Any]:
    # Parquet readers give arrays, whose truth value is not that of a list.
    return () if value is None else list(value)
