"""Rows that are there twice, by their id or by what they say of one video."""

from array import array

import numpy as np
from xxhash import xxh3_64_intdigest

from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Rule, Watch
from pipeline.validation.rules.splits import remember


class _Duplicates(Watch):
    """Keeps 12 bytes a row for the ids, beside the texts that `splits` shares."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ordinals = array("I")
        self._ids = array("Q")

    def see(self, row: Row) -> None:
        if row.id is not None:
            self._ordinals.append(row.ordinal)
            self._ids.append(xxh3_64_intdigest(row.id.encode("utf-8", "surrogatepass")))
        if row.rejected:
            return
        if row.id is not None or row.question:
            self.checked += 1
        remember(self.context, row)

    def finish(self) -> None:
        labels, texts = self.context.labels, self.context.texts
        order = np.argsort(np.frombuffer(self._ids, np.uint64), kind="stable")
        ids = np.frombuffer(self._ids, np.uint64)[order]
        again = np.sort(order[1:][ids[1:] == ids[:-1]])
        for place in again:
            self.tally.add("id", labels[self._ordinals[place]], "its id is there more than once")
        for pair in texts.repeats():
            code, what = ("same", "the same") if pair.exact else ("near", "nearly the same")
            told = f"it says {what} of its video as {labels[pair.other]}"
            self.tally.add(code, labels[pair.text], told)
        for ordinal, other in texts.contradictions():
            told = f"{labels[other]} asks the same of its video and has another answer"
            self.tally.add("contradiction", labels[ordinal], told)


DUPLICATES = Rule(
    name="duplicates",
    checks="every id is there once, and no two rows of a split ask the same of one video",
    needs="an id or a question",
    kinds={
        "id": Kind("error", "has an id that another row has, or a rejected question"),
        "same": Kind("error", "says the same of its video as another row"),
        "near": Kind("warning", "says nearly the same of its video as another row"),
        "contradiction": Kind("warning", "asks what another row asks and answers otherwise"),
    },
    watch=_Duplicates,
    rejected=True,
)
