"""What a build tells whoever watches it; displays live in `pipeline.cli`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.engine.execute import Summary
from pipeline.engine.packs import Pack
from pipeline.outcome import Usage


@dataclass(frozen=True)
class Counts:
    """How the units of a stage ended: `units = kept + rejected + failed` once it is done."""

    units: int
    kept: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    """By reason."""
    failed: Mapping[str, int] = field(default_factory=dict)
    """By error class."""

    @property
    def settled(self) -> int:
        return self.kept + sum(self.rejected.values()) + sum(self.failed.values())


@dataclass(frozen=True)
class StageStarted:
    stage: str
    units: int
    todo: int
    """Units that will be sent; the others have their outcome already."""


@dataclass(frozen=True)
class PackDone:
    stage: str
    summary: Summary
    pack: Pack = field(repr=False)


@dataclass(frozen=True)
class StageEnded:
    stage: str
    counts: Counts
    ran: int
    """Units that were sent in this run."""
    seconds: float
    usage: Usage


Event = StageStarted | PackDone | StageEnded
Listener = Callable[[Event], None]


def several(*listeners: Listener) -> Listener:
    """A listener that tells these, in their order."""

    def tell(event: Event) -> None:
        for listener in listeners:
            listener(event)

    return tell
