"""Who speaks, and of whom: a dataset keeps to one person, and a row all the more.

What person a dataset speaks in, nobody states: it is what most of its rows do.
"""

import re
from collections import Counter
from typing import Final

from pipeline.stages.selection_rules.address import AS_I, AS_YOU, QUOTED
from pipeline.stages.selection_rules.finding import Text
from pipeline.stages.selection_rules.perspective import Perspective, perspective_drift
from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Rule, Watch
from pipeline.validation.tally import Tally


class _Perspective(Watch):
    """Judges rows for either person, and keeps what holds for the one of most rows."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._persons: dict[Perspective, Tally] = {
            "third_person": Tally(self.limits.examples),
            "first_person": Tally(self.limits.examples),
        }
        self._first = 0
        """Rows with a word of the first or second person."""

    def see(self, row: Row) -> None:
        if not row.said:
            return
        self.checked += 1
        text = Text(row.question or "", row.answer or "", row.reasoning or "")
        for person, tally in self._persons.items():
            found = perspective_drift(text, person)
            if found is not None:
                self._first += person == "third_person"
                told, _, _ = found.message.partition(", and the dataset")
                tally.add("drift", row.label, told)

    def finish(self) -> None:
        person: Perspective = "first_person" if 2 * self._first >= self.checked else "third_person"
        self.tally.merge(self._persons[person])


PERSPECTIVE = Rule(
    name="perspective",
    checks="all rows speak in the person in which most do: of people, or of `I`, `we` and `you`",
    needs="a question, an answer or reasoning",
    kinds={"drift": Kind("warning", "speaks in another person than most rows")},
    watch=_Perspective,
)

_ASKER: Final = re.compile(r"\b(?:I|[Mm]y|[Mm]e|[Mm]ine)\b")


class _Pronouns(Watch):
    """Of rows in which somebody asks about himself, how he is spoken of."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._persons = {who: Tally(self.limits.examples) for who in ("I", "you")}
        self._counts: Counter[str] = Counter()

    def see(self, row: Row) -> None:
        if not row.question or not _ASKER.search(QUOTED.sub(" ", row.question)):
            return
        self.checked += 1
        for name, text in row.said:
            if name == "question":
                continue
            plain = QUOTED.sub(" ", text)
            for who, pattern in (("I", AS_I), ("you", AS_YOU)):
                if match := pattern.search(plain):
                    self._counts[f"{name} {who}"] += 1
                    near = plain[match.start() : match.start() + 40].strip()
                    self._persons[who].add(name, row.label, f"the {name} says {near!r}")

    def finish(self) -> None:
        for part in ("answer", "reasoning"):
            as_i, as_you = self._counts[f"{part} I"], self._counts[f"{part} you"]
            if as_i and as_you:
                rare = "I" if as_i < as_you else "you"
                self.tally.merge(self._persons[rare].only(part))


PRONOUNS = Rule(
    name="pronouns",
    checks="whoever asks about himself is `I` or `you` in all answers, and in all reasoning",
    needs="a question in the first person",
    kinds={
        "answer": Kind("warning", "answers the one who asks in another person than most rows"),
        "reasoning": Kind("warning", "reasons of the one who asks in another person than most"),
    },
    watch=_Pronouns,
)
