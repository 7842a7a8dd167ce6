"""What tokens the answers behind the published rows took, every answer counted once.

One answer may have written several questions, so rows cannot simply be summed. Answers are told
apart by a 64-bit hash of their requests' keys; the table below has 21 bytes for each of them.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from blake3 import blake3

from pipeline.records import Provenance

_ROW: Final = np.dtype(
    [("answer", "u8"), ("asked", "u4"), ("given", "u4"), ("written", "u4"), ("told", "?")]
)
_PENDING: Final = 1 << 16
"""Answers that are kept in a list before they join the table."""


@dataclass(frozen=True)
class TokenTotal:
    """Of one stage and model."""

    stage: str
    model: str
    answers: int
    untold: int
    """Answers whose endpoint did not say what they took."""
    tokens_in: int
    tokens_out: int


@dataclass
class AnswerTokens:
    """Sums over distinct answers."""

    _asked: dict[tuple[str, str], int] = field(default_factory=dict)
    """A number for every stage and model."""
    _table: npt.NDArray[np.void] = field(default_factory=lambda: np.zeros(0, _ROW))
    _pending: list[tuple[int, int, int, int, bool]] = field(default_factory=list)

    def add(self, provenance: Provenance) -> None:
        """Count the answer behind a row, unless it was counted or a program gave it."""
        if not provenance.requests:
            return
        kind = (provenance.stage, provenance.model)
        asked = self._asked.setdefault(kind, len(self._asked))
        digest = blake3("\0".join(provenance.requests).encode()).digest(length=8)
        given, written = provenance.tokens_in, provenance.tokens_out
        told = given is not None and written is not None
        row = (int.from_bytes(digest, "big"), asked, given or 0, written or 0, told)
        self._pending.append(row)
        if len(self._pending) == _PENDING:
            self._settle()

    def totals(self) -> list[TokenTotal]:
        """One a stage and model, sorted by both."""
        self._settle()
        totals = []
        for (stage, model), asked in sorted(self._asked.items()):
            rows = self._table[self._table["asked"] == asked]
            totals.append(
                TokenTotal(
                    stage=stage,
                    model=model,
                    answers=len(rows),
                    untold=int((~rows["told"]).sum()),
                    tokens_in=int(rows["given"].sum(dtype=np.int64)),
                    tokens_out=int(rows["written"].sum(dtype=np.int64)),
                )
            )
        return totals

    def _settle(self) -> None:
        if self._pending:
            joined = np.concatenate([self._table, np.array(self._pending, _ROW)])
            _, first = np.unique(joined["answer"], return_index=True)
            self._table = joined[first]
            self._pending.clear()
