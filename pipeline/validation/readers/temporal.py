"""Temporal grounding: a sentence and when it happens (Charades-STA, ActivityNet, Time-R1)."""

from typing import Any

from pipeline.evaluation.choices import chosen
from pipeline.validation.readers.fields import Fields
from pipeline.validation.readers.format import Format, Place, Sign
from pipeline.validation.readers.media import files
from pipeline.validation.readers.reply import spans_of
from pipeline.validation.row import Named, Problem, Row

_SENTENCES = ("sentence", "sentences", "description", "query")
_TIMES = ("timestamps", "timestamp", "glue")


def _read(fields: Fields, place: Place) -> Row:
    value: Any = next((fields.raw[n] for n in _TIMES if fields.raw.get(n) is not None), None)
    spans = spans_of(value, "the sentence")
    if value is None:
        fields.problems.append(Problem("missing", "it has no `timestamps`"))
    elif spans is None:
        fields.problems.append(Problem("wrong_type", "its timestamps are no pairs of seconds"))
    path = fields.text("video", "path")
    video = path or place.key
    question, sentences = fields.text("question"), fields.texts(*_SENTENCES)
    if question is None and sentences is not None:
        question = " ".join(sentences)
    # Times of a piece that was cut out are told from the start of the piece.
    start, end = fields.number("video_start"), fields.number("video_end")
    cut = None if start is None or end is None else end - start
    duration = fields.number("duration")
    answer, options = fields.text("answer"), fields.texts("options")
    return Row(
        ordinal=place.ordinal,
        place=place.name,
        format="temporal",
        id=fields.text("qid", "id"),
        split=fields.text("split") or place.split,
        video=video,
        question=question,
        answer=chosen(options, answer) or answer if options else answer,
        options=options,
        letter=answer if options else None,
        spans=spans,
        video_end=duration if cut is None else cut,
        media=tuple(files("video", path)) if path else None,
        texts=(Named("question", question),) if question is not None else (),
        problems=tuple(fields.problems),
    )


def _fits(sign: Sign) -> bool:
    return sign.any(*_TIMES) and sign.any(*_SENTENCES, "question")


TEMPORAL = Format("temporal", "temporal grounding: sentences with times, JSON", _fits, _read)
