"""What gives answers away without a look at the video: their letter, and their length.

VideoEspresso's own check is the histogram of the answer's length less the longest distractor's,
which must be centred on nothing (supplement, figure 12). A share counts as uneven where chance
would hardly give it and it is large enough to be used.
"""

import math
from collections import Counter

from pipeline.evaluation.choices import LETTERS, read_label, read_letter
from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.limits import Limits
from pipeline.validation.row import Row
from pipeline.validation.rule import WHOLE, Rule, Watch


class _Letters(Watch):
    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._counts: Counter[str] = Counter()
        self._chance = 0.0
        """Sum of each row's chance of a letter: rows may have different numbers of options."""

    def see(self, row: Row) -> None:
        place = _place(row)
        if place is not None and row.options:
            self.checked += 1
            self._counts[LETTERS[place]] += 1
            self._chance += 1 / len(row.options)

    def finish(self) -> None:
        if not self.checked:
            return
        letter, most = min(self._counts.items(), key=lambda item: (-item[1], item[0]))
        chance = self._chance / self.checked
        if uneven(most, self.checked, chance, self.limits.letter_points, self.limits):
            told = f"{letter} is right in {most / self.checked:.1%} of {self.checked} rows, where "
            self.tally.add("uneven", WHOLE, f"{told}{chance:.1%} are to be expected")


LETTER_BALANCE = Rule(
    name="letter_balance",
    checks="no letter is right much more often than chance has it",
    needs="options and a letter",
    kinds={"uneven": Kind("warning", "favours one letter")},
    watch=_Letters,
)


class _Lengths(Watch):
    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._gaps = 0
        self._chance = 0.0
        self._first: dict[str, str] = {}
        self._counts: Counter[str] = Counter()

    def see(self, row: Row) -> None:
        place = _place(row)
        if place is None or not row.options or len(row.options) < 2:
            return
        self.checked += 1
        lengths = [len(read_label(option)[1]) for option in row.options]
        right = lengths.pop(place)
        self._gaps += right - max(lengths)
        self._chance += 1 / len(row.options)
        for code, holds in (("longest", right > max(lengths)), ("shortest", right < min(lengths))):
            if holds:
                self._counts[code] += 1
                self._first.setdefault(code, row.label)

    def finish(self) -> None:
        for code, count in self._counts.items():
            chance = self._chance / self.checked
            if uneven(count, self.checked, chance, self.limits.length_points, self.limits):
                told = (
                    f"the right option is the {code} in {count / self.checked:.1%} of "
                    f"{self.checked} rows, first in {self._first[code]}; {chance:.1%} are to be "
                    f"expected, and on average it is {self._gaps / self.checked:+.1f} characters "
                    "from the longest wrong one"
                )
                self.tally.add(code, WHOLE, told)


LENGTH_GAP = Rule(
    name="length_gap",
    checks="the right option is not the longest or the shortest more often than chance has it",
    needs="options and a letter",
    kinds={
        "longest": Kind("warning", "gives answers away: the longest option is the right one"),
        "shortest": Kind("warning", "gives answers away: the shortest option is the right one"),
    },
    watch=_Lengths,
)


def uneven(count: int, of: int, chance: float, points: float, limits: Limits) -> bool:
    """Whether a share lies so far above chance that it is no accident, and matters.

    Args:
        points: by how much it must exceed chance to matter.
    """
    if count / of - chance < points:
        return False
    return tail(count, of, chance) < limits.accident


def tail(count: int, of: int, chance: float) -> float:
    """The probability of `count` or more of `of`, each with this chance (binomial).

    For a count above the mean the terms fall, so the sum ends after a few of them.
    """
    if chance <= 0 or chance >= 1:
        return float(chance >= 1 or count <= 0)
    term = math.exp(
        math.lgamma(of + 1)
        - math.lgamma(count + 1)
        - math.lgamma(of - count + 1)
        + count * math.log(chance)
        + (of - count) * math.log1p(-chance)
    )
    total = term
    for k in range(count, of):
        term *= (of - k) / (k + 1) * chance / (1 - chance)
        total += term
        if term < total * 1e-12:
            break
    return total


def _place(row: Row) -> int | None:
    """Where the right option stands; None where the row does not say it rightly."""
    found = read_letter(row.letter) if row.letter and row.options else None
    place = LETTERS.find(found.letter) if found else -1
    return place if row.options and 0 <= place < len(row.options) else None
