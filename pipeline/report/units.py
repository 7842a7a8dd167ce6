"""Units of stages that come before any question, which were rejected or failed: with their frames
where they have some."""

from collections.abc import Sequence
from typing import Final

from pipeline.engine.browse import UnitOutcome, read_table
from pipeline.engine.workspace import Workspace
from pipeline.recipe import GROUPING
from pipeline.records import Frame, Group
from pipeline.report.glance import Glance
from pipeline.report.items import Item, Outcome
from pipeline.report.questions import shown_frame

_MOST_FRAMES: Final = 6
"""Of a group that came to nothing."""
OUTCOMES: Final[dict[str, Outcome]] = {"rejected": "rejected", "failed": "failed"}


def unit_glance(outcome: UnitOutcome) -> Glance:
    """A unit at a glance."""
    return Glance(
        id=f"{outcome.stage}:{outcome.unit}",
        outcome=OUTCOMES[outcome.status],
        stage=outcome.stage,
        reason=outcome.code,
    )


def unit_item(outcome: UnitOutcome, frames: Sequence[tuple[Frame, str]]) -> Item:
    """What there is to see of it."""
    return Item(
        id=f"{outcome.stage}:{outcome.unit}",
        kind="unit",
        outcome=OUTCOMES[outcome.status],
        stage=outcome.stage,
        reason=outcome.code,
        message=outcome.message,
        frames=tuple(shown_frame(frame, caption) for frame, caption in frames),
        facts=(("unit", outcome.unit),),
    )


def frames_of(workspace: Workspace, outcome: UnitOutcome) -> list[tuple[Frame, str]]:
    """The frames that a unit was about, with what was said of them: of a group its own, of a
    mention (`<frame>#<phrase>`) the one; of the other stages none."""
    if outcome.stage == "questions":
        wanted = {"id": outcome.unit}
        stages = GROUPING.values()
        groups = [g for stage in stages for g in read_table(workspace, stage, Group, wanted)]
        said = {f.frame: f.caption for group in groups for f in group.frames[:_MOST_FRAMES]}
    elif outcome.stage == "detections":
        frame, _, phrase = outcome.unit.rpartition("#")
        said = {frame: f"looked for: {phrase}"}
    else:
        return []
    rows = read_table(workspace, "frames", Frame, {"id": sorted(said)})
    return [(row, said[row.id]) for row in sorted(rows, key=lambda row: row.frame_index)]
