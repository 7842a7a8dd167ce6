"""Whether the questions can be asked as wanted, and which of somebody's files are their videos."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline.cutting.sources import find_videos
from pipeline.errors import InputError
from pipeline.harness.forms import FORM_OF, Form
from pipeline.harness.rows import Item, VideoFile
from pipeline.media.probe import content_hash
from pipeline.recipe.evaluation import EvaluationIdentity
from pipeline.store import storage_errors
from pipeline.video_files import below

_OPTIONS: Final = (
    "options, which test questions have: choose --split test, or publish more of them with "
    "--set publish.test_fraction=1"
)
_KEYS: Final[dict[Form, str]] = {
    "choice": _OPTIONS,
    "gated": _OPTIONS,
    "open": "a reference answer",
    "assist": "a reference answer",
    "grounding": "stretches of time",
}


def check(items: Sequence[Item], identity: EvaluationIdentity) -> None:
    """Refuse what no question of the dataset can be asked, before a model is.

    Raises:
        InputError: no question has a key for a protocol, or no core frame is there to be shown.
    """
    for protocol in identity.protocols:
        form = FORM_OF[protocol]
        if not any(form in item.forms for item in items):
            raise InputError(
                f"no question of this split can be asked under {protocol}: it needs {_KEYS[form]}"
            )
    core = any(one.kind == "core" for one in identity.inputs)
    if core and not any(item.pictured and item.core_frames for item in items):
        raise InputError(
            "the dataset holds no pictures of core frames: demitasse cut puts those of a published "
            "one in, and --input uniform:16 with --videos does without"
        )


def find(
    places: Sequence[Path], items: Sequence[Item], identity: EvaluationIdentity
) -> list[VideoFile]:
    """The files of the items' videos; none where every input is content with the core frames.

    A published dataset names its videos by the hash of their bytes, an import by their file's name.

    Raises:
        InputError: an input needs videos and no place was named, or none of them is there.
        StorageError: a file cannot be read.
    """
    inputs = [one.label for one in identity.inputs if one.kind != "core"]
    if not inputs:
        return []
    wanted = {item.video for item in items}
    if not places:
        raise InputError(
            f"the input {inputs[0]} needs the videos, and the dataset holds core frames only: name "
            "files or folders with --videos, or take --input core"
        )
    hashed = all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in wanted)
    found = find_videos(places, wanted) if hashed else _by_name(places, wanted)
    if not found:
        raise InputError(
            f"none of the dataset's videos ({len(wanted)}) is in {', '.join(map(str, places))}: "
            "they are known by the hash of their bytes, so a file that was encoded anew is another"
            if hashed
            else f"none of the dataset's videos ({len(wanted)}) is in {', '.join(map(str, places))}"
        )
    return [
        VideoFile(id=name, content=name if hashed else _hash(path), path=str(path))
        for name, path in found.items()
    ]


def _hash(path: Path) -> str:
    with storage_errors("read", path):
        return content_hash(path)


def _by_name(places: Sequence[Path], wanted: set[str]) -> dict[str, Path]:
    """By the last part of the path that the dataset names, with or without its suffix."""
    there: dict[str, Path] = {}
    for place in places:
        for path in below(place) if place.is_dir() else (place,):
            there.setdefault(path.name, path)
            there.setdefault(path.stem, path)
    names = {name: Path(name).name for name in wanted}
    return {name: there[last] for name, last in names.items() if last in there}
