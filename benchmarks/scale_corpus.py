"""The recorded corpus of `benchmarks/scale.py`: what models and decoders would have said.

Every row follows from the video's id alone, so a worker needs no table of recordings and a run of
any size finds its rows. A video has one segment, four sampled frames in one window, an object that
crosses the picture in them, and so one group and one question. Times and objects differ from video
to video, or nearly all questions would be near-duplicates of each other.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from blake3 import blake3

from pipeline.engine.stage import Blobs, Stage, Unit
from pipeline.media.segments import segment_id
from pipeline.models.coco import LABELS, one
from pipeline.outcome import Kept, Outcome
from pipeline.records import (
    Bbox,
    Candidate,
    Caption,
    DetectedObject,
    Float32,
    Frame,
    Keyframe,
    Metric,
    Source,
    Vector,
    Video,
)
from pipeline.stages.captions import StoredFrame
from pipeline.stages.detections import Wanted
from pipeline.stages.embeddings import CaptionText
from pipeline.stages.frames import DecodableVideo
from pipeline.stages.videos import File

FRAMES: Final = 4
FPS: Final = 10
SECONDS: Final = 120
DIMENSIONS: Final = 384
"""Of the embedded embedder's vectors."""
A_FOLDER: Final = 1000
_PLACES: Final = (("left", 0.1), ("left", 0.22), ("centre", 0.5), ("right", 0.8))
_COMMENT: Final = b"\xff\xfe"
"""The marker of a JPEG's comment."""


@dataclass(frozen=True)
class Recording:
    """What one video shows."""

    label: str
    indices: tuple[int, ...]
    """Of the sampled frames."""

    @classmethod
    def of(cls, video: str) -> "Recording":
        seed = int(video[:15], 16)
        draw = np.random.default_rng(seed)
        first = 30 * FPS * int(draw.integers(SECONDS // 30)) + int(draw.integers(20 * FPS))
        steps = draw.integers(2, 2 * FPS, FRAMES - 1)
        labels = sorted(LABELS.values())
        indices = (first, *(first + int(n) for n in np.cumsum(steps)))
        return cls(labels[seed % len(labels)], indices)

    @property
    def times(self) -> tuple[float, ...]:
        return tuple(index / FPS for index in self.indices)

    def bbox(self, place: int) -> Bbox:
        x = _PLACES[place][1]
        return (x, 0.3, x + 0.1, 0.8)

    def caption(self, place: int) -> str:
        return f"{one(self.label)} on the {_PLACES[place][0]} at {self.times[place]:.1f} seconds"


def write_inputs(folder: Path, count: int) -> None:
    """As many files as there are to be videos; each holds its number, and nothing opens it.

    Files that are there stay as they are.
    """
    for start in range(0, count, A_FOLDER):
        below = folder / f"{start // A_FOLDER:05d}"
        below.mkdir(parents=True, exist_ok=True)
        for number in range(start, min(start + A_FOLDER, count)):
            path = below / f"{number:08d}.mp4"
            if not path.exists():  # one written again is another input
                path.write_bytes(str(number).encode())


def probe(units: Sequence[Unit]) -> Iterator[Outcome]:
    """In place of `videos`."""
    for unit in units:
        file = unit.one(File)
        name = blake3(Path(file.path).name.encode()).hexdigest(length=16)
        video = Video(
            id=name,
            path=file.path,
            container="mov,mp4",
            codec="h264",
            pixel_format="yuv420p",
            duration_seconds=float(SECONDS),
            start_seconds=0.0,
            fps_num=FPS,
            fps_den=1,
            time_base_num=1,
            time_base_den=FPS,
            frame_count=SECONDS * FPS,
            claimed_frames=SECONDS * FPS,
            width=64,
            height=36,
            rotation=0,
            variable_frame_rate=False,
            truncated=False,
            exact_index=True,
            keyframes=(Keyframe(pts=0, frame_index=0),),
        )
        yield Kept([Source(id=file.id, video=name), video])


def decode(units: Sequence[Unit]) -> Iterator[Outcome]:
    """In place of `frames`: four small JPEGs in a blob of the video's own."""
    for unit in units:
        video = unit.one(DecodableVideo).id
        shown = Recording.of(video)
        pictures = [_picture(place, video) for place in range(FRAMES)]
        blob = b"".join(pictures)
        name, offset = hashlib.sha256(blob).hexdigest(), 0
        frames = []
        for place, jpeg in enumerate(pictures):
            frames.append(
                Frame(
                    id=f"{video}/f{shown.indices[place]}",
                    video=video,
                    frame_index=shown.indices[place],
                    pts_seconds=shown.times[place],
                    width=64,
                    height=36,
                    sha256=hashlib.sha256(jpeg).hexdigest(),
                    sharpness=100.0,
                    motion=10.0,
                    blob=name,
                    offset=offset,
                    length=len(jpeg),
                )
            )
            offset += len(jpeg)
        yield Kept([_metric(video), *frames], blobs=[blob])


def say(units: Sequence[Unit]) -> Iterator[Outcome]:
    """In place of the captioner."""
    for unit in units:
        rows = []
        for place, frame in enumerate(sorted(unit.all(StoredFrame), key=lambda f: f.frame_index)):
            shown = Recording.of(frame.video)
            seen = DetectedObject(label=shown.label, bbox=shown.bbox(place), score=0.9)
            rows.append(
                Caption(
                    id=frame.id,
                    video=frame.video,
                    frame_index=frame.frame_index,
                    pts_seconds=frame.pts_seconds,
                    text=shown.caption(place),
                    objects=(seen,),
                    captioner="recorded",
                )
            )
        yield Kept(rows)


def embed(units: Sequence[Unit]) -> Iterator[Outcome]:
    """In place of the embedder: directions that have nothing to do with each other."""
    for unit in units:
        rows = []
        for caption in unit.all(CaptionText):
            seed = int.from_bytes(blake3(caption.id.encode()).digest(8), "big")
            drawn = np.random.default_rng(seed).standard_normal(DIMENSIONS, np.float32)
            values = (drawn / np.linalg.norm(drawn)).tolist()
            rows.append(
                Vector(id=caption.id, video=caption.video, values=tuple(map(Float32, values)))
            )
        yield Kept(rows)


def detect(units: Sequence[Unit]) -> Iterator[Outcome]:
    """In place of the detector: the box where the caption has it."""
    for unit in units:
        wanted = unit.one(Wanted)
        shown = Recording.of(wanted.video)
        place = shown.indices.index(int(wanted.frame.rpartition("/f")[2]))
        row = Candidate(
            id=f"{wanted.id}#1",
            mention=wanted.id,
            video=wanted.video,
            bbox=shown.bbox(place),
            score=0.9,
            clip_similarity=None,
            clip_frame=None,
            clip_random=None,
            detector="recorded",
        )
        yield Kept([row])


_RECORDED: Final = {
    "videos": probe,
    "frames": decode,
    "captions": say,
    "embeddings": embed,
    "detections": detect,
}


@dataclass(frozen=True)
class _Play:
    """Makes the worker of a recorded stage, in the process where it works."""

    stage: str

    def __call__(self, blobs: Blobs) -> Any:
        return _RECORDED[self.stage]


def played(chain: Sequence[Stage]) -> list[Stage]:
    """The chain with recordings in place of what decodes or holds a model.

    Identities, views, splits, packs and lanes stay the recipe's own.
    """
    return [replace(s, worker=_Play(s.name)) if s.name in _RECORDED else s for s in chain]


def _metric(video: str) -> Metric:
    """A frame a second, and nothing changes."""
    count = SECONDS
    zero = (0.0,) * count
    return Metric(
        id=segment_id(video, 0),
        video=video,
        ordinal=0,
        frame_index=tuple(range(0, SECONDS * FPS, FPS)),
        pts_seconds=tuple(float(i) for i in range(count)),
        delta_hue=zero,
        delta_sat=zero,
        delta_lum=zero,
        average_rgb=(100.0,) * count,
        decode_errors=0,
    )


def _picture(place: int, video: str) -> bytes:
    """A JPEG that no other video has: its comment differs."""
    name = video.encode()
    comment = _COMMENT + (len(name) + 2).to_bytes(2, "big") + name
    jpeg = _drawn(place)
    return jpeg[:2] + comment + jpeg[2:]


@cache
def _drawn(place: int) -> bytes:
    import cv2  # only workers draw, and the driver's memory is measured

    picture = np.full((36, 64, 3), 60, np.uint8)
    x = round(64 * _PLACES[place][1])
    picture[10:28, x : x + 6] = 220
    done, jpeg = cv2.imencode(".jpg", picture)
    assert done
    return bytes(jpeg.tobytes())
