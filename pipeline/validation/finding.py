"""What validation says: findings by rule, each with its count and the first rows it is about."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]
"""`error`: it is wrong, whatever the dataset is for. `warning`: somebody should look at it."""


class Kind(NamedTuple):
    """One thing that a rule can find."""

    severity: Severity
    message: str
    """What is wrong with the rows, as a clause: `ends after the video`."""


class Example(NamedTuple):
    """A row that a finding is about."""

    row: str
    """Its id; file and number where it has none."""
    detail: str


@dataclass(frozen=True)
class Finding:
    """One kind of flaw and how often it was met."""

    severity: Severity
    rule: str
    code: str
    message: str
    count: int
    """Rows, each counted once."""
    examples: tuple[Example, ...]
    """The first ones."""


@dataclass(frozen=True)
class RuleResult:
    """What one rule says of the whole dataset."""

    rule: str
    checked: int
    unit: str
    """What was counted: `rows`, or `files`."""
    not_applicable: str | None
    """Why it had nothing to check; None where it had."""
    notes: tuple[str, ...]
    """What it could not check, where it could check something."""
    findings: tuple[Finding, ...]

    def count(self, severity: Severity) -> int:
        """Flaws of this severity."""
        return sum(f.count for f in self.findings if f.severity == severity)


@dataclass(frozen=True)
class Report:
    """What all rules say."""

    dataset: str
    rows: int
    """Samples; what a dataset lists as rejected is not among them."""
    formats: tuple[str, ...]
    files: tuple[str, ...]
    passed_over: tuple[str, ...]
    """Files that hold no rows of a known format, and why."""
    results: tuple[RuleResult, ...]

    def count(self, severity: Severity) -> int:
        """Flaws of this severity."""
        return sum(result.count(severity) for result in self.results)

    @property
    def ok(self) -> bool:
        """No error was found; there may be warnings."""
        return not self.count("error")
