"""Routes without a gap: clear steps that follow each other."""

from collections.abc import Iterator, Sequence

from pipeline.recipe import RoutesSettings
from pipeline.stages.route_rules.stretches import Stretch, stretches
from pipeline.stages.route_rules.views import Moved

TURNS = frozenset({"left", "right", "around"})


def walks(moves: Sequence[Moved], settings: RoutesSettings) -> list[list[Stretch]]:
    """The routes of a video, each as its steps.

    Args:
        moves: in the order of time.
    """
    found = []
    for run in _clear(moves, settings):
        for steps in _between_unclear(stretches(run, settings)):
            for at in range(0, len(steps), settings.max_steps):
                part = steps[at : at + settings.max_steps]
                if len(part) >= settings.min_steps and TURNS & {s.way for s in part}:
                    found.append(part)
    return found


def is_clear(move: Moved, settings: RoutesSettings) -> bool:
    """Whether a move tells what is between its two frames.

    Across a cut next to nothing is found again, so confidence tells it. Scenes are not asked: a
    fast turn changes the picture as much as a cut does.
    """
    return (
        move.confidence >= settings.min_confidence and 0 < move.seconds <= settings.max_gap_seconds
    )


def _clear(moves: Sequence[Moved], settings: RoutesSettings) -> Iterator[list[Moved]]:
    run: list[Moved] = []
    for move in moves:
        clear = is_clear(move, settings)
        if run and (not clear or run[-1].end_seconds != move.start_seconds):
            yield run
            run = []
        if clear:
            run.append(move)
    if run:
        yield run


def _between_unclear(found: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    run: list[Stretch] = []
    for stretch in found:
        if stretch.way is None:
            yield run
            run = []
        else:
            run.append(stretch)
    yield run
