"""Options: three false answers beside the true one, and the letter where that stands.

VideoEspresso's close-ended test has an answer and three distractors of matching length
(supplement, figure 12); how it made them was never published. Whoever writes them, they are
checked here: as many as are needed, all different, none of them known to be true, and of a length
that gives nothing away.
"""

from collections.abc import Sequence
from functools import partial

from pipeline.engine.stage import Lookup, Stage, Table, Unit
from pipeline.llm.session import Session
from pipeline.models.program.distractors.rules import read_rules
from pipeline.models.replies import OptionsReply
from pipeline.models.writer import Reply
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.prompts import Prompt
from pipeline.recipe import Identity, Recipe
from pipeline.records import (
    GroupFrame,
    Options,
    Question,
    Record,
    Verdict,
    record,
)
from pipeline.stages.grouping import groups
from pipeline.stages.lettering import COUNT, arrange, letter_of
from pipeline.stages.passed import passed_only
from pipeline.stages.writing import (
    PACK_UNITS,
    Ask,
    Script,
    asking_worker,
    prompt_of,
    writer_identity,
    writer_resources,
)


@record
class PassedAnswer(Record):
    """The answer that counts of a question that passed its review."""

    id: str
    video: str
    passed: bool
    answer: str


@record
class AskedText(Record):
    """The question."""

    id: str
    question: str
    frames: tuple[str, ...]


@record
class OtherAnswer(Record):
    """What else was found out about the video: nothing of it may be called false."""

    id: str
    passed: bool
    answer: str


@record
class Shown(Record):
    """What the video shows, as far as its groups tell."""

    id: str
    frames: tuple[GroupFrame, ...]


def _script(identity: Identity, prompt: Prompt, unit: Unit) -> Script:
    answered, asked = unit.one(PassedAnswer), unit.one(AskedText)
    shown = [frame for group in unit.all(Shown) for frame in group.frames]
    inputs = {
        "question": asked.question,
        "answer": answered.answer,
        "cited": list(asked.frames),
        "true_answers": _true(unit),
        "max_length_ratio": identity.options.max_length_ratio,
        "count": COUNT,
        "seed": unit.id,
    }
    # The captions are enough to be wrong about; pictures of a whole video would be too many.
    reply = yield Ask(prompt, inputs, OptionsReply, shown, blind=True)
    return _parse(identity.options.max_length_ratio, unit, reply)


def _true(unit: Unit) -> list[str]:
    """What else was found out about the video: nothing of it may be called false."""
    return [other.answer for other in unit.all(OtherAnswer) if other.passed]


def _parse(max_length_ratio: float, unit: Unit, reply: Reply) -> Outcome:
    assert isinstance(reply.data, OptionsReply)
    answered = unit.one(PassedAnswer)
    wrong = [draft.text.strip() for draft in reply.data.distractors]
    if message := flaw(answered.answer, wrong, _true(unit), max_length_ratio):
        return Rejected("no_distractors", message)
    row = Options(
        id=unit.id,
        video=answered.video,
        options=arrange(answered.answer, wrong, unit.id),
        letter=letter_of(unit.id),
        provenance=reply.provenance,
    )
    return Kept([row])


def flaw(
    answer: str, wrong: Sequence[str], true: Sequence[str], max_length_ratio: float
) -> str | None:
    """What makes these no distractors of the answer, in one sentence; None where nothing does."""
    if len(wrong) != COUNT:
        return f"the writer gave {len(wrong)} of {COUNT} distractors for {answer!r}"
    if len({_plain(text) for text in wrong}) < COUNT:
        return f"two distractors are the same: {wrong}"
    known = {_plain(text): text for text in (answer, *true)}
    for text in wrong:
        if _plain(text) in known:
            return f"the distractor {text!r} is a true answer of this video"
    lengths = [len(text) for text in (answer, *wrong)]
    if max(lengths) > max_length_ratio * min(lengths):
        return (
            f"the options have from {min(lengths)} to {max(lengths)} characters, more than "
            f"{max_length_ratio:g} times apart"
        )
    return None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def stage(recipe: Recipe, session: Session | None = None) -> Stage:
    """Options of one question."""
    identity = recipe.identity
    settings = identity.options
    prompt = prompt_of("options", identity.writer, settings.prompt, identity.recipe)
    if identity.writer.kind == "program":
        read_rules(prompt)  # a table that is none is told before anything runs
    script = partial(_script, identity, prompt)
    return Stage(
        name="options",
        version=2,
        primary=Table("verdicts", Verdict, PassedAnswer),
        split=passed_only(),
        lookups=(
            Lookup(Table("questions", Question, AskedText), "id", PassedAnswer, "id"),
            Lookup(Table("verdicts", Verdict, OtherAnswer), "video", PassedAnswer, "video"),
            Lookup(groups(identity, Shown), "video", PassedAnswer, "video"),
        ),
        writes=(Options,),
        identity={
            **writer_identity(identity.writer, prompt),
            "options": settings.model_dump(mode="json", exclude={"prompt"}),
        },
        worker=partial(asking_worker, "options", "writer", identity.writer, script, session),
        resources=writer_resources(recipe, "writer"),
        pack_units=PACK_UNITS,
    )
