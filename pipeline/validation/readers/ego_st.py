"""Ego-ST Bench: routes asked about forward or in reverse, in words or by letter.

A file is an object of rows by id. The released files' name for the right letter is not known; ours
is `answer` beside the options, and without it a row has options and no letter.
"""

from typing import Final

from pipeline.validation.readers.fields import Fields
from pipeline.validation.readers.format import Format, Place, Sign
from pipeline.validation.readers.media import files
from pipeline.validation.row import Named, Row

_DIRECTIONS: Final = ("forward", "reverse")
_ANSWERS: Final = tuple(f"{direction}_answer" for direction in _DIRECTIONS)
_CHOICES: Final = tuple(f"{direction}_mcq" for direction in _DIRECTIONS)


def _read(fields: Fields, place: Place) -> Row:
    choice = next((c for c in map(fields.record, _CHOICES) if c is not None), None)
    question = fields.text("question", needed=choice is None)
    if choice is not None:
        question = choice.text("question") or question
    answer = fields.text(*_ANSWERS, needed=choice is None)
    options = None if choice is None else choice.texts("options") or ()
    video = fields.text("video", needed=True)
    return Row(
        ordinal=place.ordinal,
        place=place.name,
        format="ego-st",
        id=fields.text("id") or place.key,
        split=fields.text("split") or place.split,
        video=video,
        question=question,
        answer=answer,
        task=fields.text("task"),
        options=options,
        letter=None if choice is None else choice.text("answer"),
        media=tuple(files("video", video)) if video else None,
        texts=tuple(
            Named(name, text)
            for name, text in (("question", question), ("answer", answer))
            if text is not None
        ),
        problems=tuple(fields.problems),
    )


def _fits(sign: Sign) -> bool:
    return sign.has("video") and sign.any(*_ANSWERS, *_CHOICES)


EGO_ST = Format("ego-st", "Ego-ST Bench: routes forward and in reverse, JSON", _fits, _read)
