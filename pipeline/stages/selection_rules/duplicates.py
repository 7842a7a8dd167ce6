"""Questions of one video that say the same."""

from collections.abc import Mapping, Sequence

from pipeline.publish.duplicates import NearDuplicates
from pipeline.stages.selection_rules.finding import Finding


def near_duplicates(
    order: Sequence[str],
    signatures: Mapping[str, Sequence[int]],
    pinned: frozenset[str],
    threshold: float,
) -> dict[str, Finding]:
    """The questions that repeat one that is kept, each with the one it repeats.

    Args:
        order: the ids; of two that repeat each other the first one stays.
        signatures: the MinHash of each.
        pinned: ids that a human keeps; they stay whatever they repeat.
        threshold: estimated similarity from which two are the same.
    """
    kept = NearDuplicates(threshold)
    for name in order:
        if name in pinned:
            kept.add(name, signatures[name])
    found: dict[str, Finding] = {}
    for name in order:
        if name in pinned:
            continue
        twin = kept.find(signatures[name])
        if twin is None:
            kept.add(name, signatures[name])
        else:
            found[name] = Finding(
                "near_duplicate", f"it says nearly the same as question {twin} of this video"
            )
    return found
