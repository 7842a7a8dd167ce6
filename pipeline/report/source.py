"""What a page is made from: a workspace, or a published folder."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pipeline.engine.status import StageStatus
from pipeline.records import BoxOverride, Override
from pipeline.report.glance import Glance
from pipeline.report.items import Shown


@dataclass(frozen=True)
class Heading:
    """What the page says of where it comes from."""

    title: str
    kind: Literal["workspace", "dataset"]
    place: str
    """The folder, as the command named it."""
    key: str
    """Under which a browser keeps a person's progress: another folder has another one."""


class Source(Protocol):
    """Gives all entries at a glance, and those that were chosen in full."""

    @property
    def heading(self) -> Heading: ...

    def glances(self) -> Iterator[Glance]:
        """Every question, and every unit that came to nothing."""

    def shown(self, chosen: Sequence[Glance]) -> Iterator[Shown]:
        """Those chosen, in their order, one at a time; one that is gone by now is left out."""

    def stages(self) -> Sequence[StageStatus]:
        """The stages of the last run; none where only a published folder is there."""

    def overrides(self) -> Sequence[Override]:
        """What humans decided before."""

    def box_overrides(self) -> Sequence[BoxOverride]:
        """What humans drew before."""
