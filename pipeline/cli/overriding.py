"""What is said of a human's overrides."""

from collections.abc import Sequence

from pipeline.cli.talk import literal, talk
from pipeline.stale_overrides import StaleOverride

_SHOWN = 3


def say_stale(stale: Sequence[StaleOverride]) -> None:
    """Name the overrides that change nothing, a few of them in full."""
    if not stale:
        return
    talk(f"{len(stale)} overrides change nothing; they stay where they are:")
    for override in stale[:_SHOWN]:
        talk(f"  {override.file}: [bold]{literal(override.id)}[/bold], {literal(override.why)}")
    if len(stale) > _SHOWN:
        talk(f"  and {len(stale) - _SHOWN} more")
