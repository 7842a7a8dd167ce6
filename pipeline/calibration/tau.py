"""What `core_frames.tau` keeps: semantic deduplication run again at every value."""

from collections.abc import Sequence

from pipeline.calibration.curve import Curve, Example, Point, Shot, closest, grid
from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.records import Caption, Vector
from pipeline.stages.core_frames import CaptionVector, FrameCaption, deduplicate

_STEPS = 20


def tau_curve(
    workspace: Workspace, videos: Sequence[str], current: float, examples: int
) -> Curve | None:
    """The curve over these videos; None where none of them has embeddings yet."""
    values = grid(0.5, 1.0, _STEPS, current)
    kept = dict.fromkeys(values, 0)
    total = 0
    numbers: list[float] = []
    pairs: list[tuple[FrameCaption, FrameCaption]] = []
    for video in videos:
        captions, vectors = _of(workspace, video)
        if not captions:
            continue
        total += len(captions)
        for value in values:
            survivors = deduplicate(captions, vectors, value)
            kept[value] += sum(s.survives for s in survivors)
            if value == round(current, 4):
                last = captions[0]
                for caption, survivor in zip(captions, survivors, strict=True):
                    if survivor.similarity is not None:
                        numbers.append(survivor.similarity)
                        pairs.append((last, caption))
                    last = caption if survivor.survives else last
    if not total:
        return None
    near, far = closest(numbers, current, lambda number: number <= current, examples)
    return Curve(
        setting="core_frames.tau",
        counts="frames",
        says=(
            "Cosine of a frame's caption and the last survivor's: a frame above the line repeats "
            "it and is dropped."
        ),
        current=current,
        points=tuple(Point(value, n, total - n) for value, n in kept.items()),
        kept=tuple(_example(numbers[i], *pairs[i]) for i in near),
        dropped=tuple(_example(numbers[i], *pairs[i]) for i in far),
    )


def _of(workspace: Workspace, video: str) -> tuple[list[FrameCaption], list[CaptionVector]]:
    """The captions of a video in time order, and what they mean."""
    vectors = {v.id: v for v in read_table(workspace, "embeddings", Vector, {"video": video})}
    captions = [
        FrameCaption(
            id=c.id,
            frame_index=c.frame_index,
            pts_seconds=c.pts_seconds,
            text=c.text,
            objects=c.objects,
        )
        for c in read_table(workspace, "captions", Caption, {"video": video})
        if c.id in vectors
    ]
    captions.sort(key=lambda c: (c.pts_seconds, c.frame_index))
    meanings = [vectors[c.id] for c in captions]
    return captions, [CaptionVector(id=v.id, video=v.video, values=v.values) for v in meanings]


def _example(number: float, before: FrameCaption, after: FrameCaption) -> Example:
    return Example(
        number,
        "the last survivor, and the frame in question",
        tuple(Shot(c.id, f"{c.pts_seconds:.2f} s: {c.text}") for c in (before, after)),
    )
