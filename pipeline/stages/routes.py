"""`routes`: the ways that the camera went, as steps, and the frames that show them.

Ego-ST Bench (Wu et al., 2025) asks about routes in egocentric video. A step is what the camera's
motion says; landmarks come from detections, actions from captions. A stretch that cannot be read
ends a route, and a video without one is rejected with what stood in its way.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from pipeline.engine.stage import Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.recipe import Recipe, RoutesSettings
from pipeline.records import (
    CameraMove,
    Caption,
    Group,
    GroupFrame,
    Record,
    Route,
    RoutePath,
    RouteStep,
    Scene,
)
from pipeline.stages.route_rules.actions import actions
from pipeline.stages.route_rules.landmarks import landmarks
from pipeline.stages.route_rules.stretches import Stretch
from pipeline.stages.route_rules.views import Captioned, Cut, Moved
from pipeline.stages.route_rules.walks import is_clear, walks
from pipeline.stages.writing import content_id


def routes(settings: RoutesSettings, units: Sequence[Unit]) -> Iterator[Outcome]:
    """The worker: one video after another."""
    return (_routes(settings, unit) for unit in units)


def _routes(settings: RoutesSettings, unit: Unit) -> Outcome:
    frames = sorted(unit.all(Captioned), key=lambda f: (f.pts_seconds, f.frame_index))
    moves = sorted(unit.all(Moved), key=lambda m: (m.start_seconds, m.id))
    cuts = sorted(unit.all(Cut), key=lambda c: c.start_frame)
    rows: list[Record] = []
    for ordinal, steps in enumerate(walks(moves, settings)):
        path = _path(steps, frames, settings)
        shown = _shown(path, frames, cuts)
        name = content_id("route", *(frame.frame for frame in shown))
        rows += [
            Route(id=name, video=unit.id, ordinal=ordinal, path=path),
            Group(
                id=name,
                video=unit.id,
                ordinal=ordinal,
                frames=shown,
                frame_ids=tuple(frame.frame for frame in shown),
            ),
        ]
    if rows:
        return Kept(rows)
    clear = sum(is_clear(move, settings) for move in moves)
    if 2 * clear < len(moves) or not moves:
        return Rejected(
            "unclear_motion",
            f"the camera's motion is clear in {clear} of {len(moves)} moves between sampled "
            "frames, which makes no route",
        )
    return Rejected(
        "no_route",
        f"no {settings.min_steps} clear steps with a turn follow each other, though the camera's "
        f"motion is clear in {clear} of {len(moves)} moves",
    )


def _path(
    steps: Sequence[Stretch], frames: Sequence[Captioned], settings: RoutesSettings
) -> RoutePath:
    inside = [f for f in frames if steps[0].start <= f.pts_seconds <= steps[-1].end]
    marks = landmarks(inside, settings)
    return RoutePath(
        steps=tuple(
            RouteStep(
                way=step.way,
                start_seconds=step.start,
                end_seconds=step.end,
                degrees=round(step.degrees, 1) + 0.0,
                confidence=step.confidence,
                landmark=next((m.name for m in marks if step.start <= m.seconds < step.end), None),
                frame=_nearest(frames, (step.start + step.end) / 2).id,
            )
            for step in steps
            if step.way is not None
        ),
        landmarks=marks,
        actions=actions(inside),
    )


def _nearest(frames: Sequence[Captioned], seconds: float) -> Captioned:
    return min(frames, key=lambda f: (abs(f.pts_seconds - seconds), f.frame_index))


def _shown(
    path: RoutePath, frames: Sequence[Captioned], cuts: Sequence[Cut]
) -> tuple[GroupFrame, ...]:
    """The frames of a route's steps and of what it comes upon, its first and its last one."""
    ends = (path.steps[0].start_seconds, path.steps[-1].end_seconds)
    wanted = {step.frame for step in path.steps} | {_nearest(frames, end).id for end in ends}
    wanted |= {mark.frame for mark in (*path.landmarks, *path.actions)}
    return tuple(
        GroupFrame(
            frame=f.id,
            frame_index=f.frame_index,
            pts_seconds=f.pts_seconds,
            scene=max((c.ordinal for c in cuts if c.start_frame <= f.frame_index), default=0),
            caption=f.text,
            objects=f.objects,
        )
        for f in frames
        if f.id in wanted
    )


def _worker(settings: RoutesSettings, blobs: Blobs) -> partial[Iterator[Outcome]]:
    return partial(routes, settings)


def stage(recipe: Recipe) -> Stage:
    """The routes of one video."""
    settings = recipe.identity.routes
    return Stage(
        name="routes",
        version=1,
        primary=Table("captions", Caption, Captioned),
        split=by_column("video"),
        lookups=(
            Lookup(Table("camera_motion", CameraMove, Moved), "video", Captioned, "video"),
            Lookup(Table("scenes", Scene, Cut), "video", Captioned, "video"),
        ),
        writes=(Route, Group),
        identity=settings.model_dump(mode="json", exclude={"tasks"}),
        worker=partial(_worker, settings),
    )
