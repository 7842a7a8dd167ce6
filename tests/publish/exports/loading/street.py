"""A published dataset whose boxes lie in pictures of different sizes, exported for a consumer."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from pipeline.publish.exports.export import export
from pipeline.publish.exports.formats import Training, format_of
from pipeline.records import Bbox, Box, CoreFrame, Sample
from tests.publish.publishing import publish
from tests.publish.samples import sample
from tests.stages.units import store_jpegs

SIZES: Final = ((640, 272), (200, 150))
"""Width and height of each sample's pictures."""
BOXES: Final[dict[str, tuple[int, Bbox]]] = {
    "person_1": (0, (0.125, 0.25, 0.5, 0.75)),
    "car_1": (1, (0.1, 0.2, 0.3, 0.4)),
}
"""By key item: which picture its box is on, and where."""
COUNTS: Final = {"train": 4, "test": 2}
"""Samples by split."""


PATCH: Final = 14
"""Side in pixels of what Qwen2.5-VL cuts a picture into; two by two of them are a token."""


def places(grids: Iterable[Sequence[int]]) -> int:
    """How many tokens the pictures take in the text, from `image_grid_thw`."""
    return sum(int(high) * int(wide) // 4 for _, high, wide in grids)


def in_pixels(grids: Sequence[Sequence[int]]) -> dict[str, str]:
    """By key item, its box in pixels of its picture as the processor resized it."""
    told = {}
    for item, (picture, (x1, y1, x2, y2)) in BOXES.items():
        _, high, wide = (int(side) * PATCH for side in grids[picture])
        told[item] = str([round(x1 * wide), round(y1 * high), round(x2 * wide), round(y2 * high)])
    return told


def exported(folder: Path, name: str, *, training: Training | None = None, **options: Any) -> Path:
    """The dataset in a consumer's form, as the command writes it."""
    dataset = folder / "dataset"
    if not dataset.exists():
        _published(folder / "store", dataset)
    out = folder / "exported"
    export(dataset, out, format_of(name, training), **options)
    return out


def _published(store: Path, dataset: Path) -> None:
    jpegs = [_jpeg(*size) for size in SIZES]
    blobs, stored = store_jpegs(store, jpegs)
    frames = [
        CoreFrame(
            frame=f"v1/f{30 * n}",
            frame_index=30 * n,
            pts_seconds=float(n),
            width=size[0],
            height=size[1],
            caption=f"picture {n}",
            **place,
        )
        for n, (size, place) in enumerate(zip(SIZES, stored, strict=True))
    ]
    publish(blobs, dataset, [_sample(number, frames) for number in range(sum(COUNTS.values()))])


def _jpeg(width: int, height: int) -> bytes:
    done, data = cv2.imencode(".jpg", np.full((height, width, 3), 90, np.uint8))
    assert done
    return data.tobytes()


def _sample(number: int, frames: list[CoreFrame]) -> Sample:
    """One that speaks of `<image>`, as a question may, and is no placeholder."""
    plain = sample(number, frames, group=f"way{number}")
    return replace(
        plain,
        question=f"What does the <image> sign say after event {number}?",
        evidence="First <obj>person_1</obj> stands by a <obj>bag_1</obj>, then a <obj>car_1</obj> "
        "nears <obj>person_1</obj>.",
        key_items=("bag_1", "car_1", "person_1"),
        boxes=tuple(
            _box(plain, item, frames[picture], bbox) for item, (picture, bbox) in BOXES.items()
        ),
    )


def _box(of: Sample, item: str, frame: CoreFrame, bbox: Bbox) -> Box:
    return replace(
        of.boxes[0],
        id=f"{of.id}#{item}#1",
        item=item,
        frame=frame.frame,
        frame_index=frame.frame_index,
        pts_seconds=frame.pts_seconds,
        bbox=bbox,
    )
