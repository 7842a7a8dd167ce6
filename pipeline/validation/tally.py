"""Counting flaws in bounded memory: every one counts, the first ones are kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.validation.finding import Example, Finding, Kind


@dataclass
class _Count:
    rows: int = 0
    examples: list[Example] = field(default_factory=list)


class Tally:
    """Flaws by code.

    Args:
        keep: examples of each code.
    """

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._counts: dict[str, _Count] = {}

    def add(self, code: str, row: str, detail: str, count: int = 1) -> None:
        """Count a row under a code; whoever calls tells each row once.

        Args:
            count: of rows that this one stands for.
        """
        counted = self._counts.setdefault(code, _Count())
        counted.rows += count
        if len(counted.examples) < self._keep:
            counted.examples.append(Example(_line(row), _line(detail)))

    def findings(self, rule: str, kinds: Mapping[str, Kind]) -> Iterator[Finding]:
        """In the order of the rule's kinds."""
        for code, kind in kinds.items():
            if count := self._counts.get(code):
                yield Finding(
                    kind.severity, rule, code, kind.message, count.rows, tuple(count.examples)
                )

    def merge(self, other: "Tally") -> None:
        """Take over what another tally counted under codes that are new here, or add to them."""
        for code, theirs in other._counts.items():
            count = self._counts.setdefault(code, _Count())
            count.rows += theirs.rows
            count.examples = [*count.examples, *theirs.examples][: self._keep]

    def only(self, code: str) -> "Tally":
        """What was counted under one code."""
        found = Tally(self._keep)
        if code in self._counts:
            found._counts[code] = self._counts[code]
        return found


def _line(text: str) -> str:
    """Somebody's text on one line, in characters that can be written anywhere."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
