"""Pause points: where a video is stopped to ask, and the frames that may be known there.

Pause-and-Think shows a model a video up to a question point and asks what happened, or what to do
next. The groups written here are all that any later stage reads of the video's frames, and they
hold no frame from the question point on: what comes after cannot leak into a text by construction.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from pipeline.engine.stage import Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.recipe import PausePointsSettings, Recipe
from pipeline.records import (
    Caption,
    Frame,
    Group,
    GroupFrame,
    Metric,
    PausePoint,
    Scene,
    Survivor,
    Video,
)
from pipeline.stages.grouping import group_id, scene_of
from pipeline.stages.pause_rules.boundaries import boundaries
from pipeline.stages.pause_rules.policies import Wanted, wanted
from pipeline.stages.pause_rules.showing import Shown, shown, spread
from pipeline.stages.pause_rules.views import (
    Captioned,
    Clock,
    Moving,
    SceneStart,
    Surviving,
    Times,
)


def pause_points(settings: PausePointsSettings, units: Sequence[Unit]) -> Iterator[Outcome]:
    """The worker: one video after another."""
    return (_pause(settings, unit) for unit in units)


def _pause(settings: PausePointsSettings, unit: Unit) -> Outcome:
    clock = unit.one(Clock)
    captioned = sorted(unit.all(Captioned), key=lambda f: (f.pts_seconds, f.frame_index))
    scenes = sorted(unit.all(SceneStart), key=lambda scene: scene.start_frame)
    surviving = unit.all(Surviving)
    survivors = {row.id for row in surviving if row.survives}
    times = sorted({time for segment in unit.all(Times) for time in segment.pts_seconds})
    points = wanted(
        settings,
        clock.start_seconds,
        clock.end_seconds,
        lambda: boundaries(settings, scenes, captioned, surviving, unit.all(Moving)),
    )
    found: dict[str, tuple[Wanted, Shown, tuple[GroupFrame, ...]]] = {}
    for at in points:
        window = shown(settings, at, captioned, survivors, times, clock)
        if window is not None:
            frames = tuple(_group_frame(frame, scenes) for frame in window.frames)
            found.setdefault(group_id(frames), (at, window, frames))
    kept = spread(list(found.items()), settings.max_points)
    if not kept:
        return Rejected(
            "no_pause_point",
            f"none of {len(points)} moments has two frames in at least "
            f"{settings.min_shown_seconds:g} s before it",
        )
    return Kept(
        [
            row
            for ordinal, (name, (at, window, frames)) in enumerate(kept)
            for row in (
                PausePoint(
                    id=name,
                    video=unit.id,
                    ordinal=ordinal,
                    policy=settings.policy,
                    clip_start_seconds=at.clip_start,
                    clip_end_seconds=max(at.clip_end, window.question),
                    shown_start_seconds=window.start,
                    question_seconds=window.question,
                ),
                Group(
                    id=name,
                    video=unit.id,
                    ordinal=ordinal,
                    frames=frames,
                    frame_ids=tuple(frame.frame for frame in frames),
                ),
            )
        ]
    )


def _group_frame(frame: Captioned, scenes: Sequence[SceneStart]) -> GroupFrame:
    return GroupFrame(
        frame=frame.id,
        frame_index=frame.frame_index,
        pts_seconds=frame.pts_seconds,
        scene=scene_of(scenes, frame.frame_index),
        caption=frame.text,
        objects=frame.objects,
    )


def _worker(settings: PausePointsSettings, blobs: Blobs) -> partial[Iterator[Outcome]]:
    return partial(pause_points, settings)


def stage(recipe: Recipe) -> Stage:
    """Question points and their groups of one video."""
    settings = recipe.identity.pause_points
    return Stage(
        name="pause_points",
        version=1,
        primary=Table("core_frames", Survivor, Surviving),
        split=by_column("video"),
        lookups=(
            Lookup(Table("captions", Caption, Captioned), "video", Surviving, "video"),
            Lookup(Table("scenes", Scene, SceneStart), "video", Surviving, "video"),
            Lookup(Table("frames", Frame, Moving), "video", Surviving, "video"),
            Lookup(Table("frames", Metric, Times), "video", Surviving, "video"),
            Lookup(Table("videos", Video, Clock), "id", Surviving, "video"),
        ),
        writes=(PausePoint, Group),
        identity={"pause_points": settings.model_dump(mode="json")},
        worker=partial(_worker, settings),
    )
