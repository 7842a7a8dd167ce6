"""Selection: every rule that needs no model, and the samples that pass them all.

    questions = samples + rejections

A question leaves for the first reason that applies: the review, an upstream stage that could
not use it or failed on it, then the rules of `selection_rules`. A human who keeps a question
has the last word over the rules that judge its words.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from pipeline.engine.stage import RECIPE, Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.errors import ConservationError
from pipeline.outcome import Kept, Outcome
from pipeline.recipe import Recipe, SelectionSettings
from pipeline.records import (
    Box,
    Difficulty,
    Evidence,
    Frame,
    Input,
    Interval,
    Options,
    Question,
    Rejection,
    Sample,
    Source,
    Unboxed,
    Verdict,
    Video,
)
from pipeline.stages.grouping import groups
from pipeline.stages.selection_rules.decide import decide
from pipeline.stages.selection_rules.perspective import Perspective
from pipeline.stages.selection_rules.sample import origin_of, rejection_of, sample_of
from pipeline.stages.selection_rules.views import (
    Asked,
    Case,
    Choices,
    Contents,
    CoreJpeg,
    File,
    Holds,
    Judged,
    Reasoned,
    RejectedByEvidence,
    RejectedByGrounding,
    RejectedByRollouts,
    WrittenFrom,
)


def select(
    settings: SelectionSettings, perspective: Perspective, units: Sequence[Unit]
) -> Iterator[Outcome]:
    """The worker: one video after another.

    Raises:
        ConservationError: a question is neither a sample nor a rejection, or both.
    """
    for unit in units:
        cases = cases_of(unit)
        findings = decide(settings, perspective, cases)
        origin = origin_of(unit.one(Contents), unit.all(File))
        frames = {frame.id: frame for frame in unit.all(CoreJpeg)}
        samples = [sample_of(c, origin, frames) for c in cases if c.id not in findings]
        rejections = [rejection_of(c, findings[c.id], unit.id) for c in cases if c.id in findings]
        questions = {question.id for question in unit.all(Asked)}
        chosen = [row.id for row in samples] + [row.id for row in rejections]
        if len(chosen) != len(questions) or set(chosen) != questions:
            raise ConservationError(
                f"video {unit.id}: {len(questions)} questions, but {len(samples)} samples and "
                f"{len(rejections)} rejections"
            )
        yield Kept([*samples, *rejections])


def cases_of(unit: Unit) -> list[Case]:
    """The questions of a video with all that belongs to each, in the order of their ids."""
    groups = {group.id: group for group in unit.all(WrittenFrom)}
    judged = {row.id: row for row in unit.all(Judged)}
    reasoned = {row.id: row for row in unit.all(Reasoned)}
    unreasoned = {row.id: row for row in unit.all(RejectedByEvidence)}
    ungrounded = {row.id: row for row in unit.all(RejectedByGrounding)}
    choices = {row.id: row for row in unit.all(Choices)}
    unfit = {row.id: row for row in unit.rows.get(RejectedByRollouts, ())}
    measured = {row.id: row for row in unit.rows.get(Difficulty, ())}
    boxes = _by_question(sorted(unit.all(Box), key=_box_order))
    unboxed = _by_question(unit.all(Unboxed))
    intervals = _by_question(sorted(unit.all(Interval), key=_claim_ordinal))
    return [
        Case(
            asked=asked,
            group=groups[asked.group],
            judged=judged.get(asked.id),
            reasoned=reasoned.get(asked.id),
            rejected=unreasoned.get(asked.id) or ungrounded.get(asked.id) or unfit.get(asked.id),
            choices=choices.get(asked.id),
            boxes=boxes.get(asked.id, ()),
            unboxed=unboxed.get(asked.id, ()),
            intervals=intervals.get(asked.id, ()),
            rolled_out=Difficulty in unit.rows,
            difficulty=measured.get(asked.id),
        )
        for asked in unit.all(Asked)
    ]


T = TypeVar("T", Box, Unboxed, Interval)


def _by_question(rows: Iterable[T]) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(row.question, []).append(row)
    return {question: tuple(same) for question, same in found.items()}


def _box_order(box: Box) -> tuple[float, str, int]:
    return box.pts_seconds, box.item, int(box.id.rpartition("#")[2])


def _claim_ordinal(interval: Interval) -> int:
    return int(interval.id.rpartition("#")[2])


def _rollouts(recipe: Recipe) -> tuple[Table[Any], ...]:
    """What is read where a policy was asked; elsewhere no unit depends on it."""
    if not recipe.identity.rollouts.on:
        return ()
    return (
        Table("rollouts", Rejection, RejectedByRollouts),
        Table("rollouts", Difficulty, Difficulty),
    )


def _worker(
    settings: SelectionSettings, perspective: Perspective, blobs: Blobs
) -> partial[Iterator[Outcome]]:
    return partial(select, settings, perspective)


def stage(recipe: Recipe) -> Stage:
    """Samples and rejections of one video."""
    settings, perspective = recipe.identity.selection, recipe.identity.perspective

    def of_video(table: Table[Any]) -> Lookup:
        return Lookup(table, "video", Contents, "id")

    return Stage(
        name="selection",
        version=4,
        primary=Table("videos", Video, Contents),
        split=by_column("id"),
        lookups=(
            of_video(Table("questions", Question, Asked)),
            of_video(Table("verdicts", Verdict, Judged)),
            of_video(Table("evidence", Evidence, Reasoned)),
            of_video(Table("evidence", Rejection, RejectedByEvidence)),
            of_video(Table("grounding", Rejection, RejectedByGrounding)),
            of_video(Table("grounding", Box, Box)),
            of_video(Table("grounding", Unboxed, Unboxed)),
            of_video(Table("grounding", Interval, Interval)),
            of_video(Table("options", Options, Choices)),
            *map(of_video, _rollouts(recipe)),
            of_video(groups(recipe.identity, WrittenFrom)),
            Lookup(Table("frames", Frame, CoreJpeg), "id", Reasoned, "core_frames"),
            of_video(Table("videos", Source, Holds)),
            Lookup(Table(RECIPE, Input, File), "id", Holds, "id"),
        ),
        writes=(Sample, Rejection),
        identity={"perspective": perspective, "selection": settings.model_dump(mode="json")},
        worker=partial(_worker, settings, perspective),
    )
