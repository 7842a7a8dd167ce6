"""Our own published folder: samples, the questions that were turned down, and tables beside."""

from math import isfinite, nan

from pipeline.validation.readers.fields import Fields, numbers
from pipeline.validation.readers.format import Format, Place, Sign
from pipeline.validation.row import (
    BoxRef,
    Cited,
    FrameRef,
    Media,
    Named,
    Row,
    Span,
    Tried,
)

_TEXTS = ("question", "answer", "evidence")


def _read(fields: Fields, place: Place) -> Row:
    start, length = fields.number("video_start_seconds"), fields.number("video_seconds")
    frames = fields.records("core_frames")
    boxes = fields.records("boxes")
    unboxed = fields.records("unboxed")
    parts = [*(boxes or ()), *(unboxed or ())]
    texts = [(name, fields.text(name, needed=True)) for name in _TEXTS]
    return Row(
        ordinal=place.ordinal,
        place=place.name,
        format="demitasse",
        id=fields.text("id", needed=True),
        split=fields.text("split") or place.split,
        video=fields.text("video", needed=True),
        question=texts[0][1],
        answer=texts[1][1],
        reasoning=texts[2][1],
        task=fields.text("task", needed=True),
        options=fields.texts("options") or None,
        letter=fields.text("letter"),
        frames=None if frames is None else tuple(_frame(f) for f in frames),
        cited=tuple(
            Cited(f"key item {p.text('item')}", p.text("frame") or "no frame") for p in parts
        ),
        key_items=fields.texts("key_items"),
        boxes=None if boxes is None else tuple(_box(b) for b in boxes),
        spans=_spans(fields),
        tried=_tried(fields.record("difficulty")),
        video_start=start,
        video_end=None if length is None else (start or 0.0) + length,
        media=None if frames is None else tuple(_picture(f) for f in frames),
        texts=tuple(Named(name, text) for name, text in texts if text is not None),
        problems=tuple(fields.problems),
    )


def _frame(fields: Fields) -> FrameRef:
    return FrameRef(
        fields.text("frame") or "", fields.whole("frame_index"), fields.number("pts_seconds")
    )


def _picture(fields: Fields) -> Media:
    image = fields.record("image")
    data = image.raw.get("bytes") if image else None
    path = image.text("path") if image else None
    return Media("image", path, data if isinstance(data, bytes) else b"", fields.text("sha256"))


def _box(fields: Fields) -> BoxRef:
    found = numbers(fields.raw.get("bbox"))
    return BoxRef(found or (), "xyxy", "unit", fields.text("item") or "a key item")


def _spans(fields: Fields) -> tuple[Span, ...] | None:
    intervals = fields.records("intervals")
    if intervals is None:
        return None
    found = []
    start, end = fields.number("start_seconds"), fields.number("end_seconds")
    if start is not None and end is not None:
        frames = fields.records("core_frames") or ()
        shown = [frame.number("pts_seconds") for frame in frames]
        moments = tuple(time for time in shown if time is not None and isfinite(time))
        found.append(Span(start, end, "the clip", moments))
    for interval in intervals:
        start, end = interval.number("start_seconds"), interval.number("end_seconds")
        if start is not None and end is not None:
            times = numbers(interval.raw.get("pts_seconds")) or ()
            found.append(Span(start, end, f"the claim {interval.text('claim')!r}", times))
    return tuple(found)


def _tried(found: Fields | None) -> Tried | None:
    if found is None:
        return None
    counts = [found.whole(name) for name in ("samples", "right", "unparsed", "counted")]
    rate = found.number("pass_rate")
    samples, right, unparsed, counted = (count if count is not None else -1 for count in counts)
    return Tried(samples, right, unparsed, counted, nan if rate is None else rate)


def _read_rejected(fields: Fields, place: Place) -> Row:
    return Row(
        ordinal=place.ordinal,
        place=place.name,
        format="demitasse",
        rejected=True,
        id=fields.text("id", needed=True),
        video=fields.text("video"),
        question=fields.text("question"),
        answer=fields.text("answer"),
        task=fields.text("task"),
        problems=tuple(fields.problems),
    )


def _fits(sign: Sign) -> bool:
    return sign.has("core_frames", "evidence", "boxes")


def _fits_rejected(sign: Sign) -> bool:
    return sign.has("id", "question", "stage", "reason", "message")


def _fits_captions(sign: Sign) -> bool:
    return sign.has("id", "frame_index", "caption", "captioner")


def _fits_provenance(sign: Sign) -> bool:
    return sign.has("id", "stage", "writer", "prompt_sha256", "code_version")


DEMITASSE = Format("demitasse", "our published folder, Parquet", _fits, _read)
REJECTED = Format(
    "rejected", "its list of rejected questions", _fits_rejected, _read_rejected, named=False
)
CAPTIONS = Format("captions", "its captions of frames", _fits_captions, None, named=False)
PROVENANCE = Format("provenance", "its list of who wrote what", _fits_provenance, None, named=False)
