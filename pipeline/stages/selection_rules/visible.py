"""Whether what is spoken of can be seen in what was shown: Pause-and-Think names nothing else."""

from collections.abc import Collection, Sequence

from pipeline.records import Box, Unboxed
from pipeline.stages.selection_rules.finding import Finding


def object_not_visible(
    boxes: Sequence[Box], unboxed: Sequence[Unboxed], shown: Collection[str]
) -> Finding | None:
    """A key item without a box on a frame that was shown.

    Args:
        shown: ids of the frames up to the question point.
    """
    for missing in unboxed:
        return Finding(
            "object_not_visible",
            f"the key item {missing.item} has no box where {missing.phrase!r} was looked for "
            f"({missing.reason})",
        )
    for box in boxes:
        if box.frame not in shown:
            return Finding(
                "object_not_visible", f"the box of {box.item} is on {box.frame}, which is not shown"
            )
    return None
