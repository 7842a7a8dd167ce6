"""Options of route questions: the true order, the reversed one, and others that are not true.

They are computed, whoever worded the question: every option is an order that can be read back and
laid beside the route, so none is true by chance. Of upstream's 630 rows 119 have fewer than four.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from pipeline import prompts
from pipeline.engine.stage import Blobs, Lookup, Stage, Table, Unit
from pipeline.models.program.routes.false_orders import COUNT, false_orders
from pipeline.models.program.routes.kinds import category_of, has_choices
from pipeline.models.program.routes.phrases import read, told
from pipeline.models.program.writer import MODEL
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.prompts import Prompt
from pipeline.recipe import Recipe
from pipeline.records import Options, Provenance, Question, Record, Verdict, record
from pipeline.stages.lettering import arrange, letter_of
from pipeline.stages.passed import passed_only
from pipeline.stages.route_view import ORDERS
from pipeline.tasks import Task


@record
class PassedAnswer(Record):
    """The answer that counts of a question that passed its review."""

    id: str
    video: str
    passed: bool
    answer: str


@record
class AskedTask(Record):
    """What the question asks for."""

    id: str
    task: Task


def options(prompt: Prompt, units: Sequence[Unit]) -> Iterator[Outcome]:
    """The worker: one question after another; a description has no options."""
    return (_options(prompt, unit) for unit in units)


def _options(prompt: Prompt, unit: Unit) -> Outcome:
    answered, task = unit.one(PassedAnswer), unit.one(AskedTask).task
    if not has_choices(task):
        return Kept([])
    category = category_of(task)
    true = read(answered.answer, category)
    if true is None:
        return Rejected("no_distractors", f"the answer {answered.answer!r} tells no order")
    wrong = [told(order, category) for order in false_orders(true, category, unit.id)]
    if len(wrong) < COUNT:
        return Rejected(
            "no_distractors", f"{answered.answer!r} has {len(wrong)} of {COUNT} false orders"
        )
    row = Options(
        id=unit.id,
        video=answered.video,
        options=arrange(answered.answer, wrong, unit.id),
        letter=letter_of(unit.id),
        provenance=Provenance(
            stage="options",
            writer="program",
            model=MODEL,
            prompt=prompt.label,
            prompt_sha256=prompt.sha256,
            answer_source="derived",
        ),
    )
    return Kept([row])


def _worker(prompt: Prompt, blobs: Blobs) -> partial[Iterator[Outcome]]:
    return partial(options, prompt)


def stage(recipe: Recipe) -> Stage:
    """Options of one question."""
    prompt = prompts.load(recipe.identity.options.prompt or ORDERS)
    return Stage(
        name="options",
        version=1,
        primary=Table("verdicts", Verdict, PassedAnswer),
        split=passed_only(),
        lookups=(Lookup(Table("questions", Question, AskedTask), "id", PassedAnswer, "id"),),
        writes=(Options,),
        identity={"prompts": {prompt.id: prompt.sha256}},
        worker=partial(_worker, prompt),
    )
