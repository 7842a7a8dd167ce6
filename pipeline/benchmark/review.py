"""What reviewers decided, read from their sheets and put together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from pipeline.benchmark.agreement import Agreement, agreement
from pipeline.benchmark.cells import COLUMNS, DECISION, NOTE, TEXTS, same
from pipeline.csv_rows import Columns, Row, read_rows
from pipeline.errors import InputError

Choice: TypeAlias = Literal["keep", "fix", "reject"]
CHOICES: Final[tuple[Choice, ...]] = get_args(Choice)
"""From the mildest to the strictest, which counts where two reviewers differ."""

_COLUMNS: Final = Columns(known=COLUMNS, required=(*TEXTS, DECISION), free=True)


@dataclass(frozen=True)
class Decision:
    """What becomes of a question."""

    choice: Choice
    note: str


@dataclass(frozen=True)
class Review:
    """What one or two reviewers decided, together."""

    decisions: Mapping[str, Decision]
    """By the question's id; the stricter of two, with both notes."""
    agreement: Agreement | None
    """Of two reviewers."""

    @property
    def counts(self) -> dict[str, int]:
        """Questions by decision."""
        found = Counter(decision.choice for decision in self.decisions.values())
        return {choice: found[choice] for choice in CHOICES}


def read_review(paths: Sequence[Path], expected: Mapping[str, Mapping[str, str]]) -> Review:
    """The decisions of one or two sheets.

    Args:
        expected: the texts of every question that a sheet must decide, by id and column.

    Raises:
        InputError: there are more than two, or a sheet is none of these questions, decides not all
            of them, or has a text that was changed.
    """
    if len(paths) > 2:
        raise InputError(f"{len(paths)} sheets are given: one or two reviewers are put together")
    if len({path.resolve() for path in paths}) < len(paths):
        raise InputError(f"{paths[0]} is given twice: that is one reviewer's opinion")
    sheets = [_read(path, expected) for path in paths]
    if len(sheets) == 1:
        return Review(sheets[0], None)
    one, other = sheets
    pairs = [(one[question], other[question]) for question in expected]
    agreed = agreement([a.choice for a, _ in pairs], [b.choice for _, b in pairs])
    return Review({q: _stricter(one[q], other[q]) for q in expected}, agreed)


def _stricter(one: Decision, other: Decision) -> Decision:
    choice = max(one.choice, other.choice, key=CHOICES.index)
    notes = dict.fromkeys(note for note in (one.note, other.note) if note)
    return Decision(choice, "; ".join(notes))


def _read(path: Path, expected: Mapping[str, Mapping[str, str]]) -> dict[str, Decision]:
    rows: dict[str, tuple[str, Row]] = {}
    for number, row in enumerate(read_rows(path, _COLUMNS), 2):
        place, question = f"{path}, row {number}", row.values["id"]
        if question not in expected:
            raise InputError(
                f"{place}: {question!r} is no question that is chosen with this dataset and cap: "
                "make the sheet anew with --sheet"
            )
        if question in rows:
            raise InputError(f"{place}: {question} is there twice: keep one of its rows")
        rows[question] = place, row
    missing = next((question for question in expected if question not in rows), None)
    if missing is not None:
        raise InputError(f"{path}: has no row of {missing}: a sheet decides every question")
    return {q: _decision(place, row, expected[q]) for q, (place, row) in rows.items()}


def _decision(place: str, row: Row, expected: Mapping[str, str]) -> Decision:
    for column in TEXTS:
        if not same(row.values[column], expected[column]):
            raise InputError(
                f"{place}: the text in `{column}` was changed: put it back, and say in `note` what "
                "to change, with the decision `fix`"
            )
    said, note = row.values[DECISION].casefold(), row.get(NOTE) or ""
    if said not in CHOICES:
        told = f"{said!r} is none" if said else "there is none"
        raise InputError(f"{place}: the decision is keep, fix or reject, and {told}")
    if said == "fix" and not note:
        raise InputError(f"{place}: `fix` needs a `note` that says what to change")
    return Decision(said, note)
