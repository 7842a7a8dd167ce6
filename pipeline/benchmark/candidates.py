"""Which rows could be questions of a benchmark, and what choosing among them needs to know."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from blake3 import blake3

from pipeline.publish.published import SampleRow
from pipeline.publish.statistics import LETTERS
from pipeline.tasks import Task

NOT_TEST: Final = "not_test"
NO_OPTIONS: Final = "no_options"
NOT_FOUR_OPTIONS: Final = "not_four_options"
WHY: Final = {
    NOT_TEST: "it is in the train split",
    NO_OPTIONS: "it has no options",
    NOT_FOUR_OPTIONS: "it has no right answer and three distractors that all differ",
}
"""Why a row is no candidate, for people, by the code."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that could be chosen."""

    id: str
    video: str
    task: Task
    letter: str
    """Of its right answer in the dataset."""
    gap: int
    """Characters that the answer has more than the longest distractor."""
    by_length: float
    """What whoever picks the longest option scores on it, drawing lots between equals."""
    place: str
    """Where its hash puts it: ties are broken by it, so that no order of rows matters."""


def candidate(row: SampleRow) -> Candidate | str:
    """The candidate that a row is, or the code of what it lacks."""
    if row.split != "test":
        return NOT_TEST
    if not row.options:
        return NO_OPTIONS
    if row.letter is None or len({o.strip() for o in row.options}) != len(LETTERS):
        return NOT_FOUR_OPTIONS
    return Candidate(
        id=row.id,
        video=row.video,
        task=row.task,
        letter=row.letter,
        gap=gap_of(row),
        by_length=right_by_length(row),
        place=place_of(row.id),
    )


def gap_of(row: SampleRow) -> int:
    """Characters that the answer has more than the longest distractor."""
    right = LETTERS.index(row.letter or "A")
    others = [len(option) for n, option in enumerate(row.options) if n != right]
    return len(row.options[right]) - max(others)


def right_by_length(row: SampleRow) -> float:
    """What whoever picks the longest option scores on a question, drawing lots between equals."""
    longest = max(map(len, row.options))
    tied = sum(len(option) == longest for option in row.options)
    return 1 / tied if gap_of(row) >= 0 else 0.0


def place_of(question: str) -> str:
    """Where a question stands among others: by the hash of its id."""
    return blake3(f"benchmark {question}".encode()).hexdigest(8)


def by_task(candidates: Iterable[Candidate]) -> Iterator[tuple[Task, list[Candidate]]]:
    """Candidates in the order of their hashes, tasks in the order of the alphabet."""
    found: dict[Task, list[Candidate]] = {}
    for one in sorted(candidates, key=lambda c: c.place):
        found.setdefault(one.task, []).append(one)
    yield from sorted(found.items())
