"""Checking: whether the moments of a pause show what an answer says, from their boxes anew."""

from collections.abc import Sequence

from pipeline.models.program.checking import holds
from pipeline.models.program.observations import Moment
from pipeline.models.program.pause.facts import grown
from pipeline.models.program.pause.reading import Said
from pipeline.models.program.reading import Statement


def shows(said: Said, moment: Moment) -> bool:
    """Whether a moment shows what is said of it, how it came about aside."""
    return holds(Statement(None, said.label, said.plural, said.side), moment)


def borne_out(said: Said, paused: Moment, earlier: Sequence[Moment]) -> bool:
    """Whether the paused moment, or an earlier one, shows what is said of it."""
    if said.closer:
        now = paused.of(said.label)
        return bool(now) and any(
            before.of(said.label) and grown(before.of(said.label)[0].bbox, now[0].bbox)
            for before in earlier
        )
    return any(shows(said, moment) for moment in (earlier if said.before else [paused]))


def needs_what_came_before(said: Said, paused: Moment) -> bool:
    """Whether the paused moment alone does not tell it."""
    return said.closer or (said.before and not shows(said, paused))
