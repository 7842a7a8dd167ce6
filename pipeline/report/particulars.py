"""What only some recipes know of a sample, in lines: its pause, its route, how a policy fared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.publish.published import PublishedDifficulty
from pipeline.records import Difficulty, Pause, RouteMark, RoutePath

_TURNS: Final = frozenset({"left", "right", "around"})


@dataclass(frozen=True)
class Particulars:
    """A heading with its lines."""

    title: str
    lines: tuple[str, ...]


def particulars(
    pause: Pause | None,
    route: RoutePath | None,
    difficulty: PublishedDifficulty | Difficulty | None,
) -> tuple[Particulars, ...]:
    """Of those that are there; of most recipes none is. Times are on the container's clock."""
    found = (
        ("Pause", _pause(pause) if pause else ()),
        ("Route", _route(route) if route else ()),
        ("Difficulty", _difficulty(difficulty) if difficulty else ()),
    )
    told = (Particulars(title, tuple(lines)) for title, lines in found)
    return tuple(part for part in told if part.lines)


def _pause(pause: Pause) -> Iterator[str]:
    yield f"asked at {pause.question_seconds:.2f} s, about the {pause.scope} ({pause.policy})"
    yield f"shown from {pause.shown_start_seconds:.2f} s up to there"
    yield f"clip from {pause.clip_start_seconds:.2f} to {pause.clip_end_seconds:.2f} s"


def _route(path: RoutePath) -> Iterator[str]:
    for step in path.steps:
        turned = f", {abs(step.degrees):.0f} degrees" if step.way in _TURNS else ""
        near = f", near {step.landmark}" if step.landmark else ""
        yield (
            f"{step.start_seconds:.1f} to {step.end_seconds:.1f} s: {step.way}{turned}{near} "
            f"(confidence {step.confidence:.2f})"
        )
    for name, marks in (("landmarks", path.landmarks), ("actions", path.actions)):
        if marks:
            yield f"{name}: {_marks(marks)}"


def _marks(marks: Sequence[RouteMark]) -> str:
    return ", ".join(f"{mark.name} at {mark.seconds:.1f} s" for mark in marks)


def _difficulty(told: PublishedDifficulty | Difficulty) -> Iterator[str]:
    policy = told.policy if isinstance(told, PublishedDifficulty) else told.provenance.model
    yield (
        f"pass rate {told.pass_rate:.0%}: {told.right} of {told.counted} answers of {policy} are "
        "right"
    )
    yield (
        f"{told.samples} answers in all, {told.unparsed} unread; mean reward {told.mean_reward:.2f}"
    )
    yield f"asked as {told.problem_type}, right is {told.solution}"
