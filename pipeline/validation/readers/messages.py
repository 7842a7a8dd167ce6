"""Conversations for fine-tuning: LLaMA-Factory, ms-swift and Qwen-VL's own scripts."""

from pipeline.validation.readers.clips import question_point
from pipeline.validation.readers.fields import Fields, numbers
from pipeline.validation.readers.format import Format, Place, Sign
from pipeline.validation.readers.media import attached, media, video_of
from pipeline.validation.readers.talk import named, said_by, turns_of
from pipeline.validation.row import Attached, BoxRef, Problem, Row, Turn


def _row(name: str, fields: Fields, place: Place, turns: tuple[Turn, ...] | None) -> Row:
    if not turns:
        fields.problems.append(Problem("missing", "it has no messages"))
        turns = ()
    said = said_by(turns)
    objects = fields.record("objects")
    files = media(fields)
    point, seconds = question_point(fields)
    return Row(
        ordinal=place.ordinal,
        place=place.name,
        format=name,
        id=fields.text("id") or place.key,
        split=fields.text("split") or place.split,
        video=video_of(files),
        question=said.question,
        answer=said.answer,
        reasoning=said.reasoning,
        task=fields.text("task", "category"),
        options=said.options,
        inline_options=said.inline,
        letter=said.letter,
        boxes=said.boxes if objects is None else _objects(objects),
        spans=said.spans,
        video_end=fields.number("duration") if seconds is None else seconds,
        question_point=point,
        turns=turns,
        attached=attached(fields) + (() if objects is None else _placed(objects)),
        media=files,
        texts=named(turns),
        problems=tuple(fields.problems),
    )


def _placed(objects: Fields) -> tuple[Attached, ...]:
    """What ms-swift puts in the place of `<ref-object>` and `<bbox>`."""
    refs, boxes = objects.items("ref") or [], objects.items("bbox") or []
    return Attached("<ref-object>", len(refs)), Attached("<bbox>", len(boxes))


def _objects(objects: Fields) -> tuple[BoxRef, ...]:
    """Boxes of ms-swift: pixels unless it says `norm1`; two numbers are a point, and no box."""
    scale = objects.text("bbox_type") or "real"
    refs = objects.texts("ref") or ()
    found = []
    for place, box in enumerate(objects.items("bbox") or ()):
        values = numbers(box) or ()
        if len(values) != 2:
            what = refs[place] if place < len(refs) else f"box {place + 1}"
            found.append(BoxRef(values, "xyxy", "unit" if scale == "norm1" else "pixels", what))
    return tuple(found)


def _sharegpt(fields: Fields) -> tuple[Turn, ...] | None:
    if fields.has("messages"):
        return turns_of(fields, "messages", "role", "content")
    return turns_of(fields, "conversations", "from", "value")


def _read_llama_factory(fields: Fields, place: Place) -> Row:
    return _row("llama-factory", fields, place, _sharegpt(fields))


def _read_ms_swift(fields: Fields, place: Place) -> Row:
    return _row("ms-swift", fields, place, _sharegpt(fields))


def _read_qwen_vl(fields: Fields, place: Place) -> Row:
    return _row("qwen-vl", fields, place, turns_of(fields, "conversations", "from", "value"))


def _fits_llama_factory(sign: Sign) -> bool:
    return sign.any("messages", "conversations") and sign.suffix == ".json"


def _fits_ms_swift(sign: Sign) -> bool:
    return sign.has("messages") and (sign.has("objects") or sign.suffix == ".jsonl")


def _fits_qwen_vl(sign: Sign) -> bool:
    return sign.has("conversations") and sign.any("image", "video")


LLAMA_FACTORY = Format(
    "llama-factory", "LLaMA-Factory: ShareGPT messages, JSON", _fits_llama_factory,
    _read_llama_factory,
)  # fmt: skip
MS_SWIFT = Format("ms-swift", "ms-swift: messages, JSON lines", _fits_ms_swift, _read_ms_swift)
QWEN_VL = Format("qwen-vl", "Qwen-VL's fine-tuning scripts", _fits_qwen_vl, _read_qwen_vl)
