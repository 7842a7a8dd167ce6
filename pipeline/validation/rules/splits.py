"""Train and test have nothing in common: no video, and no question that says nearly the same."""

from array import array
from typing import Final

import numpy as np
from xxhash import xxh3_64_intdigest

from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Rule, Watch

_RANKS: Final = {"train": 0, "validation": 1, "test": 2}
_OTHER: Final = 1


def rank_of(split: str | None) -> int:
    """Splits in the order in which one must not repeat a later one; training data comes first."""
    return _RANKS.get((split or "train").lower(), _OTHER)


class _Splits(Watch):
    """Keeps 13 bytes a row for the videos, beside the texts that `duplicates` shares."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ordinals = array("I")
        self._videos = array("Q")
        self._ranks = array("B")
        self._seen: set[str] = set()

    def see(self, row: Row) -> None:
        if row.split is None:
            return
        self.checked += 1
        self._seen.add(row.split)
        remember(self.context, row)
        if row.video is not None:
            self._ordinals.append(row.ordinal)
            self._videos.append(xxh3_64_intdigest(row.video.encode("utf-8", "surrogatepass")))
            self._ranks.append(rank_of(row.split))

    def finish(self) -> None:
        if len(self._seen) < 2:
            self.checked = 0
            return
        labels = self.context.labels
        for ordinal, other in self._shared():
            told = f"its video is that of {labels[other]} in another split"
            self.tally.add("video", labels[ordinal], told)
        for pair in self.context.texts.across():
            what = "the same" if pair.exact else "nearly the same"
            told = f"it says {what} as {labels[pair.other]} in another split"
            self.tally.add("near_duplicate", labels[pair.text], told)

    def _shared(self) -> list[tuple[int, int]]:
        """Rows whose video a later split has too, each with the first such row."""
        videos, ranks = np.frombuffer(self._videos, np.uint64), np.frombuffer(self._ranks, np.uint8)
        ordinals = np.frombuffer(self._ordinals, np.uint32)
        found: list[tuple[int, int]] = []
        for rank in np.unique(ranks):
            later = np.flatnonzero(ranks > rank)
            known, firsts = np.unique(videos[later], return_index=True)
            mine = np.flatnonzero(ranks == rank)
            if not len(known):
                continue
            places = np.minimum(np.searchsorted(known, videos[mine]), len(known) - 1)
            hit = known[places] == videos[mine]
            others = ordinals[later[firsts[places[hit]]]]
            found += zip(ordinals[mine[hit]].tolist(), others.tolist(), strict=True)
        return found


def remember(context: Context, row: Row) -> None:
    """Add a row's question and answer to the texts that rules compare."""
    if row.question:
        rank = rank_of(row.split)
        context.texts.add(row.ordinal, row.question, row.answer or "", row.video or "", rank)


SPLITS = Rule(
    name="splits",
    checks="no training row shares its video with a test row, or nearly repeats its question",
    needs="a split beside which there is another",
    kinds={
        "video": Kind("error", "has a video that a test row has too"),
        "near_duplicate": Kind("error", "says nearly the same as a test row"),
    },
    watch=_Splits,
)
