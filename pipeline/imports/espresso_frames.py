"""The core frames of a row: their paths, what these tell, and the captions that go with them."""

from dataclasses import replace
from typing import Any

from pipeline.imports.columns import Fields
from pipeline.imports.frame_names import frame_of
from pipeline.imports.rows import ImportedFrame
from pipeline.imports.telling import Tell, some


def frames_of(fields: Fields, tell: Tell) -> tuple[ImportedFrame, ...]:
    """The frames, in the order of the source."""
    paths = fields.values.get("frames")
    paths = [paths] if isinstance(paths, str) else paths
    if not paths:
        tell("no_frames", "there are no paths of frames")
        return ()
    if not _all(paths, str):
        tell("unreadable_frames", "the paths of frames are no list of texts")
        return ()
    captions = _beside(fields, "captions", len(paths), str, tell)
    times = _beside(fields, "times", len(paths), (int, float), tell)
    frames = [frame_of(path, caption) for path, caption in zip(paths, captions, strict=True)]
    for scheme, code, message in (
        ("number", "frame_number_unclear", "a sample's index or a frame's number"),
        ("unknown", "frame_name_unknown", "no known way to name a frame"),
    ):
        names = [frame.path for frame in frames if frame.scheme == scheme]
        if names:
            tell(code, f"{message}: {some(names)}")
    return tuple(
        frame if time is None else replace(frame, seconds=float(time))
        for frame, time in zip(frames, times, strict=True)
    )


def _beside(
    fields: Fields, name: str, count: int, kind: type | tuple[type, ...], tell: Tell
) -> list[Any]:
    """A list that goes with the frames, or as many times nothing."""
    given = fields.values.get(name)
    given = [given] if isinstance(given, kind) else given
    if not given:
        return [None] * count
    if _all(given, kind) and len(given) == count:
        found: list[Any] = given
        return found
    tell(f"{name}_do_not_match", f"the {name} do not go with the {count} frames")
    return [None] * count


def _all(value: Any, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, list) and all(isinstance(part, kind) for part in value)
