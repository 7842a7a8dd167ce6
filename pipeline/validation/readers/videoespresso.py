"""VideoEspresso's released files, train and test, in all their spellings; and rows made of them.

The training file has tagged evidence and calls its frames `keyframe_path`; the test file calls
them `core_frames_paths` and has options; Open-o3-Video's rows have `key_frames` with times and
`key_items` by frame.
"""

from collections.abc import Iterator
from typing import Any

from pipeline.evaluation.choices import chosen
from pipeline.validation.readers.fields import Fields, numbers
from pipeline.validation.readers.format import Format, Place, Sign
from pipeline.validation.readers.reply import boxes_in, spans_in, split_reply
from pipeline.validation.row import BoxRef, Cited, FrameRef, Media, Named, Row

_FRAMES = (
    "core_frames_paths", "core_frame_paths", "core_frame_path", "core_frames_path",
    "keyframe_paths", "keyframe_path", "key_frame_paths", "key_frame_path",
)  # fmt: skip
_ITEMS = ("key_items", "key items")
_EVIDENCE = ("evidence", "reasoning_process")


def _read(fields: Fields, place: Place) -> Row:
    question, replied = fields.text("question", needed=True), fields.text("answer")
    evidence = fields.text(*_EVIDENCE)
    options = fields.texts("options")
    letter = fields.text("correct_answer")
    thought, told = split_reply(evidence) if evidence else (None, None)
    boxes = [*boxes_in(evidence or ""), *_by_frame(fields)]
    video = fields.text("video_path", "video")
    return Row(
        ordinal=place.ordinal,
        place=place.name,
        format="videoespresso",
        id=fields.text("id") or place.key,
        split=place.split,
        video=None if video is None else video.removeprefix("./"),
        question=question,
        answer=replied or (chosen(options, letter) if options else None),
        reasoning=thought or told,
        task=fields.text("task"),
        options=options,
        letter=letter,
        frames=_frames(fields),
        cited=tuple(_cited(fields)) or None,
        boxes=tuple(boxes) or None,
        spans=tuple(spans_in(evidence or "")) or None,
        video_end=fields.number("duration"),
        media=tuple(_media(fields, video)) or None,
        texts=tuple(
            Named(name, text)
            for name, text in (("question", question), ("answer", replied), ("evidence", evidence))
            if text is not None
        ),
        problems=tuple(fields.problems),
    )


def _frames(fields: Fields) -> tuple[FrameRef, ...] | None:
    keyed = fields.records("key_frames") if _is_records(fields.raw.get("key_frames")) else None
    if keyed is not None:
        return tuple(FrameRef(f.text("idx") or "", f.whole("idx"), f.number("time")) for f in keyed)
    paths = fields.texts(*_FRAMES)
    if paths is None:
        return None
    # Their numbers mean a sample, a source frame or a timecode, so they are names here.
    return tuple(FrameRef(path, None, None) for path in paths)


def _media(fields: Fields, video: str | None) -> Iterator[Media]:
    if video:
        yield Media("video", video)
    for path in fields.texts(*_FRAMES) or ():
        yield Media("image", path)
    for path in fields.texts("image_path") or ():
        yield Media("image", path)


def _items(fields: Fields) -> Iterator[tuple[str, str, Any]]:
    """Frame, object and boxes of `key_items` that are kept by frame."""
    value = next((fields.raw[name] for name in _ITEMS if name in fields.raw), None)
    if isinstance(value, dict):
        for frame, objects in value.items():
            if isinstance(objects, dict):
                for name, boxes in objects.items():
                    if boxes is not None:  # Arrow fills absent names with nulls
                        yield str(frame), str(name), boxes


def _cited(fields: Fields) -> Iterator[Cited]:
    if _is_records(fields.raw.get("key_frames")):
        for frame, name, _ in _items(fields):
            yield Cited(f"key item {name}", frame)


def _by_frame(fields: Fields) -> Iterator[BoxRef]:
    for _, name, boxes in _items(fields):
        one = numbers(boxes)
        if one is not None and one:
            yield BoxRef(one, None, None, name)
        elif isinstance(boxes, list):
            for box in boxes or [[]]:
                yield BoxRef(numbers(box) or (), None, None, name)


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _fits(sign: Sign) -> bool:
    if sign.has("question", "key_frames") and sign.any(*_ITEMS):
        return True
    closed = sign.has("video_path", "options", "correct_answer")
    return sign.has("question") and (closed or sign.any(*_FRAMES))


VIDEOESPRESSO = Format("videoespresso", "VideoEspresso's released JSON", _fits, _read)
