"""Options: three false answers beside the true one, and the letter where that stands.

VideoEspresso's close-ended test has an answer and three distractors of matching length
(supplement, figure 12); how it made them was never published. Here they are edits of the
answer itself, each of which makes it false (see `prompts/options/program.md`), so that length
and style give nothing away.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import combinations

from pipeline.engine.stage import Blobs, Lookup, Stage, Table, Unit
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.prompts import Prompt, load
from pipeline.recipe import OptionsSettings, Recipe
from pipeline.records import (
    Group,
    GroupFrame,
    Options,
    Provenance,
    Question,
    Record,
    Verdict,
    record,
)
from pipeline.stages.distractors.choose import COUNT, arrange, distractors, letter_of
from pipeline.stages.distractors.mentions import labels_in
from pipeline.stages.distractors.rules import Rules, read_rules
from pipeline.stages.passed import passed_only

VERSION = 1

MODEL = f"program@{VERSION}"
"""What provenance and the stage's identity call the program that makes distractors."""


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


def objects_of(frame: GroupFrame) -> frozenset[str]:
    """The objects that a detector saw in a frame or that its caption names."""
    return labels_in(frame.caption).union(o.label for o in frame.objects)


def write_options(
    settings: OptionsSettings, rules: Rules, provenance: Provenance, units: Sequence[Unit]
) -> Iterator[Outcome]:
    """The worker: one question after another."""
    for unit in units:
        answered, asked = unit.one(PassedAnswer), unit.one(AskedText)
        true = [other.answer for other in unit.all(OtherAnswer) if other.passed]
        seen = {f.frame: objects_of(f) for group in unit.all(Shown) for f in group.frames}
        cited = [seen[name] for name in asked.frames if name in seen]
        wrong = distractors(
            rules,
            question=asked.question,
            answer=answered.answer,
            present=frozenset().union(*seen.values(), *map(labels_in, [asked.question, *true])),
            together=frozenset(frozenset(p) for c in cited for p in combinations(c, 2)),
            true=true,
            max_length_ratio=settings.max_length_ratio,
            seed=unit.id,
        )
        if len(wrong) < COUNT:
            yield Rejected(
                "no_distractors",
                f"the answer can be made false in {len(wrong)} of {COUNT} ways of its length: "
                f"{answered.answer!r}",
            )
            continue
        row = Options(
            id=unit.id,
            video=answered.video,
            options=arrange(answered.answer, wrong, unit.id),
            letter=letter_of(unit.id),
            provenance=provenance,
        )
        yield Kept([row])


def _provenance(prompt: Prompt) -> Provenance:
    return Provenance(
        stage="options",
        writer="program",
        model=MODEL,
        prompt=prompt.label,
        prompt_sha256=prompt.sha256,
        answer_source="derived",
    )


def _worker(settings: OptionsSettings, prompt: Prompt, blobs: Blobs) -> partial[Iterator[Outcome]]:
    return partial(write_options, settings, read_rules(prompt), _provenance(prompt))


def stage(recipe: Recipe) -> Stage:
    """Options of one question."""
    settings = recipe.identity.options
    prompt = load(settings.prompt)
    read_rules(prompt)
    return Stage(
        name="options",
        version=VERSION,
        primary=Table("verdicts", Verdict, PassedAnswer),
        split=passed_only(),
        lookups=(
            Lookup(Table("questions", Question, AskedText), "id", PassedAnswer, "id"),
            Lookup(Table("verdicts", Verdict, OtherAnswer), "video", PassedAnswer, "video"),
            Lookup(Table("core_frames", Group, Shown), "video", PassedAnswer, "video"),
        ),
        writes=(Options,),
        identity={
            "options": settings.model_dump(mode="json", exclude={"prompt"}),
            "model": MODEL,
            "prompt": prompt.sha256,
        },
        worker=partial(_worker, settings, prompt),
    )
