"""What the card says of samples that are asked while the video stands still."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.publish.distribution import Distribution
from pipeline.records import Pause, PausePolicy, Scope
from pipeline.tasks import TASKS_OF, Task

_SECONDS: Final = 0.1
"""What times are rounded to before they are counted."""
_SCOPES: Final[tuple[Scope, ...]] = ("scene", "goal")


@dataclass
class PauseCounts:
    """Counts over published rows; they do not grow with samples."""

    kinds: Counter[tuple[Task, Scope]] = field(default_factory=Counter)
    """Samples by task and scope."""
    policies: Counter[PausePolicy] = field(default_factory=Counter)
    shown: Distribution = field(default_factory=lambda: Distribution(_SECONDS))
    """Seconds that are shown before the question."""
    unseen: Distribution = field(default_factory=lambda: Distribution(_SECONDS))
    """Seconds of the clip that come after the question."""

    def add(self, task: Task, pause: Pause) -> None:
        """Count a sample."""
        self.kinds[task, pause.scope] += 1
        self.policies[pause.policy] += 1
        self.shown.add(pause.question_seconds - pause.shown_start_seconds)
        self.unseen.add(max(0.0, pause.clip_end_seconds - pause.question_seconds))

    @property
    def samples(self) -> int:
        return self.kinds.total()


def by_kind(counts: PauseCounts) -> list[Sequence[str]]:
    """Samples of every category and scope."""
    rows: list[Sequence[str]] = [("category", *_SCOPES, "all")]
    for task in TASKS_OF["pause_and_think"]:
        numbers = [counts.kinds[task, scope] for scope in _SCOPES]
        rows.append((task, *(f"{n:,}" for n in numbers), f"{sum(numbers):,}"))
    return rows


def by_policy(counts: PauseCounts) -> list[Sequence[str]]:
    """Samples by how their question point was chosen, most first."""
    found = sorted(counts.policies.items(), key=lambda item: (-item[1], item[0]))
    return [("policy", "samples"), *((policy, f"{n:,}") for policy, n in found)]


def seconds(counts: PauseCounts) -> list[Sequence[str]]:
    """How long is shown, and how much of the clip is not."""
    rows: list[Sequence[str]] = [("seconds of a sample", "mean", "least", "median", "most")]
    for name, spread in (("shown", counts.shown), ("after the question", counts.unseen)):
        points = (spread.least, spread.quantile(0.5), spread.most)
        rows.append((name, f"{spread.mean:,.2f}", *(f"{value:,.1f}" for value in points)))
    return rows
