"""Questions with a reply to be graded: Video-R1 and those that took its shape over.

`problem`, `options`, `process`, `solution`; Pause-and-Think's benchmark calls them `question` and
`ground_truth`.
"""

from pipeline.validation.readers.clips import question_point
from pipeline.validation.readers.fields import Fields
from pipeline.validation.readers.format import Format, Place, Sign
from pipeline.validation.readers.media import files
from pipeline.validation.readers.reply import boxes_in, spans_in
from pipeline.validation.readers.talk import said
from pipeline.validation.row import Media, Named, Row

_SOLUTION = ("solution", "ground_truth")


def _read(fields: Fields, place: Place) -> Row:
    problem = fields.text("problem", "question", needed=True)
    process, solution = fields.text("process"), fields.text(*_SOLUTION, needed=True)
    replied = "\n".join(text for text in (process, solution) if text) or None
    # An empty list is what rows without a choice have.
    found = said(problem, replied, fields.texts("options") or None)
    media = tuple(_media(fields)) or None
    point, seconds = question_point(fields)
    return Row(
        ordinal=place.ordinal,
        place=place.name,
        format="video-r1",
        id=fields.text("problem_id", "id") or place.key,
        split=place.split,
        video=next((m.path for m in media or () if m.kind == "video"), None),
        question=found.question,
        answer=found.answer,
        reasoning=found.reasoning,
        task=fields.text("problem_type", "category"),
        options=found.options,
        inline_options=found.inline,
        letter=found.letter,
        boxes=tuple(boxes_in(replied or "")) or None,
        spans=tuple(spans_in(replied or "")) or None,
        video_end=fields.number("duration") if seconds is None else seconds,
        question_point=point,
        media=media,
        texts=tuple(
            Named(name, text)
            for name, text in (("problem", problem), ("process", process), ("solution", solution))
            if text is not None
        ),
        problems=tuple(fields.problems),
    )


def _media(fields: Fields) -> list[Media]:
    video = fields.text("data_type") != "image"
    found = list(files("video" if video else "image", fields.text("path") or ""))
    found += files("video", fields.raw.get("video"))
    found += files("video", fields.raw.get("videos"))
    found += files("image", fields.raw.get("images"))
    return [item for item in found if item.path]


def _fits(sign: Sign) -> bool:
    return sign.has("problem", "solution") or sign.has("question", "ground_truth", "video")


VIDEO_R1 = Format(
    "video-r1", "Video-R1, ST-R1 and their kind: problems and solutions, JSON", _fits, _read
)
