"""Prompts for reinforcement learning and for TRL's trainers: verl, TRL."""

from pipeline.evaluation.choices import chosen, read_letter
from pipeline.validation.readers.fields import Fields
from pipeline.validation.readers.format import Format, Place, Sign
from pipeline.validation.readers.media import attached, media, video_of
from pipeline.validation.readers.talk import Said, named, said_by, turns_of
from pipeline.validation.row import Problem, Row, Turn

_REFERENCES = ("ground_truth", "solution", "answer")


def _read_verl(fields: Fields, place: Place) -> Row:
    turns = _prompt(fields)
    if not turns:
        fields.problems.append(Problem("missing", "it has no `prompt`"))
    reward, extra = fields.record("reward_model"), fields.record("extra_info")
    truth = reward.text("ground_truth", needed=True) if reward else None
    if reward is None:
        fields.problems.append(Problem("missing", "it has no `reward_model`"))
    split = extra.text("split") if extra else None
    return _row("verl", fields, place, turns, truth, split or place.split)


def _read_trl(fields: Fields, place: Place) -> Row:
    turns = _prompt(fields) + _completion(fields)
    if not turns:
        fields.problems.append(Problem("missing", "it has no `prompt` and no `messages`"))
    truth = next((t for t in (fields.text(n) for n in _REFERENCES) if t is not None), None)
    return _row("trl", fields, place, turns, truth, fields.text("split") or place.split)


def _row(
    name: str, fields: Fields, place: Place, turns: tuple[Turn, ...], truth: str | None,
    split: str | None,
) -> Row:  # fmt: skip
    """A row whose answer is a reference beside the prompt, or the last turn."""
    said = said_by([*turns, Turn("assistant", truth, None)] if truth is not None else turns)
    files = media(fields)
    return Row(
        ordinal=place.ordinal,
        place=place.name,
        format=name,
        id=fields.text("id") or place.key,
        split=split,
        video=video_of(files),
        question=said.question,
        answer=said.answer,
        reasoning=said.reasoning,
        task=fields.text("task", "ability"),
        options=fields.texts("options") or said.options,
        inline_options=said.inline and not fields.has("options"),
        letter=_letter(fields, said),
        boxes=said.boxes,
        spans=said.spans,
        video_end=fields.number("duration", "video_seconds"),
        turns=turns,
        attached=attached(fields),
        media=files,
        texts=named(turns),
        problems=tuple(fields.problems),
    )


def _letter(fields: Fields, said: Said) -> str | None:
    """The letter that the options of a column are chosen by."""
    options = fields.texts("options")
    if said.letter is None and options and said.answer and read_letter(said.answer):
        return said.answer if chosen(options, said.answer) else said.letter
    return said.letter


def _prompt(fields: Fields) -> tuple[Turn, ...]:
    """TRL also takes a plain text."""
    for name in ("prompt", "messages"):
        if isinstance(fields.raw.get(name), str):
            return (Turn("user", fields.raw[name], None),)
        if fields.has(name):
            return turns_of(fields, name, "role", "content") or ()
    return ()


def _completion(fields: Fields) -> tuple[Turn, ...]:
    for name in ("completion", "chosen"):
        if isinstance(fields.raw.get(name), str):
            return (Turn("assistant", fields.raw[name], None),)
        if fields.has(name):
            return turns_of(fields, name, "role", "content") or ()
    return ()


def _fits_verl(sign: Sign) -> bool:
    return sign.has("prompt", "reward_model")


def _fits_trl(sign: Sign) -> bool:
    prompted = sign.has("prompt") and sign.any(
        "completion", "chosen", "images", "image", *_REFERENCES
    )
    return prompted or (sign.has("messages") and sign.suffix == ".parquet")


VERL = Format("verl", "verl: prompts with a rewarded answer, Parquet", _fits_verl, _read_verl)
TRL = Format("trl", "TRL: prompts and completions, JSON lines or Parquet", _fits_trl, _read_trl)
