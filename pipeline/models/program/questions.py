"""Writing questions: facts in words."""

from collections import Counter
from collections.abc import Sequence

from pipeline.models.program.checking import sufficient
from pipeline.models.program.facts import Fact, find_facts
from pipeline.models.program.observations import Moment, observe
from pipeline.models.program.reading import read
from pipeline.models.program.wordings import Wordings, rank
from pipeline.models.replies import DraftQuestion, QuestionsReply
from pipeline.models.writer import Request
from pipeline.tasks import Task


def write(request: Request) -> QuestionsReply:
    """At most `per_group` questions of the wanted tasks, as different as the group allows."""
    inputs = request.inputs
    moments = observe(inputs["frames"])
    seed = "".join(moment.frame for moment in moments)
    wanted = {Task(task) for task in inputs["tasks"]}
    facts = [f for f in find_facts(moments) if f.task in wanted]
    view = "my view" if inputs["perspective"] == "first_person" else "the video"
    wordings = Wordings(request.prompt)
    drafts = [
        DraftQuestion(
            task=fact.task,
            question=wordings.say(fact.kind, "questions", seed, view=view, **fact.slots),
            answer=wordings.say(fact.kind, "answers", seed, view=view, **fact.slots),
            frames=fact.frames,
        )
        for fact in _varied(facts, seed)
    ]
    needed = [draft for draft in drafts if _needs_all(draft, moments)]
    return QuestionsReply(questions=tuple(needed[: inputs["per_group"]]))


def _needs_all(draft: DraftQuestion, moments: Sequence[Moment]) -> bool:
    """Whether no frame is enough, as the second is for `a dog, then a dog on the left`."""
    cited = [moment for moment in moments if moment.frame in draft.frames]
    return sufficient(read(draft.answer), cited) is None


def _varied(facts: Sequence[Fact], seed: str) -> list[Fact]:
    """The first fact of every kind, a kind of every task before a second of any.

    The tasks' order is drawn, so that a dataset has as many of one as its videos allow.
    """
    kinds = {fact.kind: fact for fact in reversed(facts)}
    seen = Counter[Task]()
    ranked = []
    for place, fact in enumerate(f for f in facts if kinds[f.kind] is f):
        ranked.append((seen[fact.task], rank(seed + fact.task), place, fact))
        seen[fact.task] += 1
    return [fact for *_, fact in sorted(ranked, key=lambda entry: entry[:3])]
