"""A dataset that refers to its frames, with the frames put back in."""

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from pipeline.errors import InputError
from pipeline.media.isolation import Isolation
from pipeline.media.likeness import differing_bits
from pipeline.media.looks import phash_of
from pipeline.media.restoring import restore
from pipeline.outcome import Failed
from pipeline.publish.dataset import RECIPE_FILE
from pipeline.publish.folder import MARKER, replacing
from pipeline.publish.published import Picture, PublishedFrame, SampleRow
from pipeline.publish.reading import samples
from pipeline.publish.rows import file_name
from pipeline.publish.shards import ShardWriter, writing
from pipeline.publish.statistics import SPLITS
from pipeline.recipe import Recipe
from pipeline.recipe_file import load_recipe

ALIKE_BITS: Final = 8
"""Of 64, up to which a picture that another decoder made counts as the same one (ours)."""
TIME_LIMIT: Final = 3600.0
MEMORY_MB: Final = 4096

Ending = Literal["identical", "alike", "different", "undecodable", "no_video"]


@dataclass
class Restored:
    """How each frame ended."""

    frames: Counter[Ending] = field(default_factory=Counter)
    missing: tuple[str, ...] = ()
    """Videos that are in none of the places, by their hashes."""
    problems: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return not set(self.frames) - {"identical", "alike"}


def wanted_videos(dataset: Path) -> dict[str, dict[int, PublishedFrame]]:
    """The core frames of a dataset by their videos and indices.

    Raises:
        InputError: the folder is no dataset that demitasse published.
    """
    if not (dataset / RECIPE_FILE).is_file():
        raise InputError(f"{dataset} is no dataset of demitasse: it has no {RECIPE_FILE}")
    found: dict[str, dict[int, PublishedFrame]] = {}
    for row in samples(dataset, pictures=False):
        for frame in row.core_frames:
            found.setdefault(row.video, {})[frame.frame_index] = frame
    return found


def put_back(
    dataset: Path,
    videos: Mapping[str, Path],
    wanted: Mapping[str, Mapping[int, PublishedFrame]],
    out: Path,
    progress: Callable[[str], None],
) -> Restored:
    """Write the dataset anew at `out` with every picture that could be made again.

    Raises:
        UsageError: `out` is somebody else's.
        StorageError: a file cannot be read or written.
        RecipeError: the dataset's settings cannot be read.
    """
    recipe = load_recipe(dataset / RECIPE_FILE, [])
    restored = Restored(missing=tuple(sorted(set(wanted) - set(videos))))
    key = hashlib.sha256((dataset / MARKER).read_bytes()).hexdigest()
    with replacing(out, f"cut-{key}") as building:
        pictures = building / "pictures"
        pictures.mkdir()
        for number, (video, frames) in enumerate(sorted(wanted.items()), 1):
            progress(f"video {number} of {len(wanted)}: {len(frames)} frames")
            _restore(recipe, videos.get(video), frames, pictures, restored)
        shutil.copytree(
            dataset, building, ignore=shutil.ignore_patterns("data", MARKER), dirs_exist_ok=True
        )
        _rewrite(dataset, recipe, pictures, building)
        shutil.rmtree(pictures)
    return restored


def _restore(
    recipe: Recipe,
    path: Path | None,
    frames: Mapping[int, PublishedFrame],
    pictures: Path,
    restored: Restored,
) -> None:
    """Write the pictures of one video's frames into a folder."""
    if path is None:
        restored.frames["no_video"] += len(frames)
        return
    settings = recipe.identity.frames
    made = Isolation(TIME_LIMIT, MEMORY_MB).call(
        restore, path, tuple(frames), settings.long_side, settings.jpeg_quality
    )
    if isinstance(made, Failed):
        restored.problems.append(made.message)
        made = {}
    for index, frame in frames.items():
        ending = _ending(frame, made.get(index))
        restored.frames[ending] += 1
        if ending in ("identical", "alike"):
            (pictures / file_name(frame.frame)).write_bytes(made[index])


def _ending(frame: PublishedFrame, jpeg: bytes | None) -> Ending:
    if jpeg is None:
        return "undecodable"
    if hashlib.sha256(jpeg).hexdigest() == frame.sha256:
        return "identical"
    return "alike" if differing_bits(phash_of(jpeg), frame.phash) <= ALIKE_BITS else "different"


def _rewrite(dataset: Path, recipe: Recipe, pictures: Path, building: Path) -> None:
    rows = recipe.identity.publish.shard_rows
    for split in SPLITS:
        with writing(ShardWriter(building / "data", split, SampleRow, rows)) as shard:
            for row in samples(dataset):
                if row.split == split:
                    frames = tuple(_with_picture(f, pictures) for f in row.core_frames)
                    shard.add(replace(row, core_frames=frames))


def _with_picture(frame: PublishedFrame, pictures: Path) -> PublishedFrame:
    name = file_name(frame.frame)
    path = pictures / name
    if not path.exists():
        return frame
    return replace(frame, image=Picture(bytes=path.read_bytes(), path=name))
