"""Core frames: drop what a caption repeats, and group what survives.

VideoEspresso (Han et al., 2024, section 3.2) compares each frame's caption with the last one
kept and drops the newer where they are too alike ("LIFO filtering"), then gives groups of
consecutive frames to the question writer. Its threshold was never published.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from pipeline.engine.stage import Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.recipe import CoreFramesSettings, Recipe
from pipeline.records import (
    Caption,
    DetectedObject,
    Float32,
    Group,
    GroupFrame,
    Record,
    Scene,
    Survivor,
    Vector,
    record,
)
from pipeline.stages.grouping import group_id, scene_of

_DIGITS = 6
"""Decimals kept of a cosine: those below depend on the order of summation."""


@record
class CaptionVector(Record):
    """What a frame's caption means."""

    id: str
    video: str
    values: tuple[Float32, ...]


@record
class FrameCaption(Record):
    """What a frame's caption says, and when."""

    id: str
    frame_index: int
    pts_seconds: float
    text: str
    objects: tuple[DetectedObject, ...]


@record
class SceneSpan(Record):
    """Where a scene starts."""

    id: str
    ordinal: int
    start_frame: int


def deduplicate(
    captions: Sequence[FrameCaption], vectors: Sequence[CaptionVector], tau: float
) -> list[Survivor]:
    """Decide for each frame, in time order, whether it survives.

    A frame is compared with the last survivor and not with its neighbour: a slow drift would
    otherwise never add up to a change.
    """
    found: list[Survivor] = []
    last: npt.NDArray[np.float64] | None = None
    for caption, vector in zip(captions, vectors, strict=True):
        values = np.asarray(vector.values, np.float64)
        similarity = None if last is None else round(float(values @ last), _DIGITS)
        survives = similarity is None or similarity <= tau
        if survives:
            last = values
        found.append(
            Survivor(id=caption.id, video=vector.video, survives=survives, similarity=similarity)
        )
    return found


def group(frames: Sequence[GroupFrame], settings: CoreFramesSettings) -> list[list[GroupFrame]]:
    """Cut survivors into runs of consecutive ones; a rest that is too small joins none."""
    runs: list[list[GroupFrame]] = []
    for frame in frames:
        full = not runs or len(runs[-1]) == settings.group_size
        if full or (settings.within_scenes and runs[-1][-1].scene != frame.scene):
            runs.append([])
        runs[-1].append(frame)
    return [run for run in runs if len(run) >= settings.min_group_size]


def core_frames(settings: CoreFramesSettings, units: Sequence[Unit]) -> Iterator[Outcome]:
    """The worker: one video after another."""
    for unit in units:
        by_id = {c.id: c for c in unit.all(FrameCaption)}
        vectors = sorted(
            unit.all(CaptionVector),
            key=lambda v: (by_id[v.id].pts_seconds, by_id[v.id].frame_index),
        )
        captions = [by_id[v.id] for v in vectors]
        scenes = sorted(unit.all(SceneSpan), key=lambda s: s.start_frame)
        survivors = deduplicate(captions, vectors, settings.tau)
        frames = [
            GroupFrame(
                frame=c.id,
                frame_index=c.frame_index,
                pts_seconds=c.pts_seconds,
                scene=scene_of(scenes, c.frame_index),
                caption=c.text,
                objects=c.objects,
            )
            for c, survivor in zip(captions, survivors, strict=True)
            if survivor.survives
        ]
        groups = [
            Group(
                id=group_id(run),
                video=unit.id,
                ordinal=i,
                frames=tuple(run),
                frame_ids=tuple(frame.frame for frame in run),
            )
            for i, run in enumerate(group(frames, settings))
        ]
        if groups:
            yield Kept([*survivors, *groups])
        else:
            yield Rejected(
                "too_few_survivors",
                f"{len(frames)} of {len(captions)} frames say something new, which makes no "
                f"group of {settings.min_group_size}",
                rows=survivors,
            )


def _worker(settings: CoreFramesSettings, blobs: Blobs) -> partial[Iterator[Outcome]]:
    return partial(core_frames, settings)


def stage(recipe: Recipe) -> Stage:
    """Survivors and groups of one video."""
    settings = recipe.identity.core_frames
    return Stage(
        name="core_frames",
        version=1,
        primary=Table("embeddings", Vector, CaptionVector),
        split=by_column("video"),
        lookups=(
            Lookup(Table("captions", Caption, FrameCaption), "id", CaptionVector, "id"),
            Lookup(Table("scenes", Scene, SceneSpan), "video", CaptionVector, "video"),
        ),
        writes=(Survivor, Group),
        identity={"core_frames": settings.model_dump(mode="json")},
        worker=partial(_worker, settings),
    )
