"""Right answers spread evenly over the letters, with as few moved as possible.

In each task the four letters occur equally often; what does not divide by four goes to the letters
that are rarest so far, so they are as even over the whole benchmark.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, cast

from pipeline.benchmark.candidates import Candidate, by_task
from pipeline.publish.published import SampleRow
from pipeline.publish.statistics import LETTERS


def balanced(chosen: Iterable[Candidate]) -> dict[str, str]:
    """The letter of each question's right answer, by its id."""
    given: dict[str, str] = {}
    overall: Counter[str] = Counter()
    for _, those in by_task(chosen):
        room = _quotas(those, overall)
        overall.update(room)
        waiting: list[Candidate] = []
        for one in those:
            if room[one.letter]:
                room[one.letter] -= 1
                given[one.id] = one.letter
            else:
                waiting.append(one)
        free = [letter for letter in LETTERS for _ in range(room[letter])]
        given |= {one.id: letter for one, letter in zip(waiting, free, strict=True)}
    return given


def relettered(row: SampleRow, letter: str) -> SampleRow:
    """The row with its answer under this letter; the option that stood there takes its place."""
    if row.letter is None or row.letter == letter:
        return row
    old, new = LETTERS.index(row.letter), LETTERS.index(letter)
    options = list(row.options)
    options[old], options[new] = options[new], options[old]
    told = cast(Literal["A", "B", "C", "D"], letter)
    return replace(row, options=tuple(options), letter=told)


def _quotas(those: Sequence[Candidate], overall: Counter[str]) -> Counter[str]:
    """How many answers of a task each letter gets.

    Args:
        overall: how many each has got in other tasks; between equals the rest goes to the letters
            that the task's answers have already.
    """
    each, rest = divmod(len(those), len(LETTERS))
    own = Counter(one.letter for one in those)
    rarest = sorted(LETTERS, key=lambda letter: (overall[letter], -own[letter]))[:rest]
    return Counter({letter: each + (letter in rarest) for letter in LETTERS})
