"""Writing questions at a pause: facts in words."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pipeline.models.pause_replies import PauseQuestion, PauseQuestionsReply
from pipeline.models.program.observations import observe
from pipeline.models.program.pause.facts import Fact, find_facts
from pipeline.models.program.pause.places import place
from pipeline.models.program.wordings import Wordings, rank
from pipeline.models.writer import Request
from pipeline.tasks import Task


def write(request: Request) -> PauseQuestionsReply:
    """At most `per_group` questions, of both tasks where the frames bear both out."""
    inputs, wordings = request.inputs, Wordings(request.prompt)
    moments = observe(inputs["frames"])
    seed = "".join(moment.frame for moment in moments)
    addressed = inputs["perspective"] == "first_person"
    chosen = _varied(find_facts(moments), seed)[: inputs["per_group"]]
    return PauseQuestionsReply(
        questions=tuple(
            PauseQuestion(
                task=fact.task,
                scope="scene",
                question=wordings.say(fact.kind, "questions", seed, **slots),
                answer=wordings.say(fact.kind, "answers", seed, **slots),
                frames=fact.frames,
            )
            for fact in chosen
            for slots in [_slots(fact, addressed)]
        )
    )


def _slots(fact: Fact, addressed: bool) -> dict[str, Any]:
    """What fills a fact's sentences: `before` and `now` are places in words."""
    slots: dict[str, Any] = {"addressed": addressed, **fact.slots}
    if fact.sides is not None:
        before, now = (place(where, addressed=addressed) for where in fact.sides)
        slots |= {"before": before, "now": now}
    return slots


def _varied(facts: Sequence[Fact], seed: str) -> list[Fact]:
    """A fact of each task before a second of any; which task comes first is drawn."""
    seen = Counter[Task]()
    ranked = []
    for at, fact in enumerate(facts):
        ranked.append((seen[fact.task], rank(seed + fact.task), at, fact))
        seen[fact.task] += 1
    return [fact for *_, fact in sorted(ranked, key=lambda entry: entry[:3])]
