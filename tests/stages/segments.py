"""A video through the stages `videos` and `frames`, as the engine would run them."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from pipeline.engine.stage import Blobs, Stage, Unit
from pipeline.media.probe import probe
from pipeline.outcome import Outcome
from pipeline.recipe import FramesSettings, Identity, Recipe, ScenesSettings
from pipeline.records import Video
from pipeline.stages import frames
from tests.stages.units import run, unit

V = TypeVar("V")


def recipe(
    frames_settings: FramesSettings | None = None, scenes: ScenesSettings | None = None
) -> Recipe:
    """A recipe with these settings."""
    identity = Identity(
        frames=frames_settings or FramesSettings(), scenes=scenes or ScenesSettings()
    )
    return Recipe(name="t", identity=identity)


def view(of: type[V], row: Any) -> V:
    """A row seen through a view."""
    return of(**{column.name: getattr(row, column.name) for column in fields(of)})  # type: ignore[arg-type]


def probed(path: Path) -> Video:
    """What the probe says of a good file."""
    video = probe(path, 0.1, 3600)
    assert isinstance(video, Video), video
    return video


def segment_units(stage: Stage, video: Video) -> list[Unit]:
    """The units into which the stage splits a video."""
    columns = {name: [asdict(video)[name]] for name in stage.split.columns}
    members = stage.split.assign(pa.table(columns))
    assert members.rows.tolist() == [0] * len(members.unit_ids)
    row = view(frames.DecodableVideo, video)
    return [unit(stage, unit_id, row) for unit_id in members.unit_ids.to_pylist()]


def decode(path: Path, settings: FramesSettings, blobs: Blobs) -> tuple[Video, list[Outcome]]:
    """A video and the outcomes of its segments."""
    video = probed(path)
    stage = frames.stage(recipe(settings))
    return video, run(stage, blobs, *segment_units(stage, video))
