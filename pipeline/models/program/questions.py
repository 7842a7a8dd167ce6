"""Writing questions: facts in words."""

from collections import Counter
from collections.abc import Sequence

from pipeline.models.program.facts import Fact, find_facts
from pipeline.models.program.sightings import moments
from pipeline.models.program.wordings import Wordings, listed, seconds
from pipeline.models.replies import DraftQuestion, QuestionsReply
from pipeline.models.writer import Request
from pipeline.tasks import Task


def write(request: Request) -> QuestionsReply:
    """At most `per_group` questions of the wanted tasks, as different as the group allows."""
    inputs = request.inputs
    wanted = {Task(task) for task in inputs["tasks"]}
    facts = [f for f in find_facts(moments(inputs["frames"])) if f.task in wanted]
    wordings = Wordings(request.prompt)
    view = "my view" if inputs["perspective"] == "first_person" else "the video"
    chosen = _varied(facts)[: inputs["per_group"]]
    return QuestionsReply(questions=tuple(_in_words(fact, wordings, view) for fact in chosen))


def _varied(facts: Sequence[Fact]) -> list[Fact]:
    """The first of every kind, then the second of every kind, and so on."""
    seen = Counter[str]()
    ranked = []
    for place, fact in enumerate(facts):
        ranked.append((seen[fact.kind], place, fact))
        seen[fact.kind] += 1
    return [fact for _, _, fact in sorted(ranked, key=lambda entry: entry[:2])]


def _in_words(fact: Fact, wordings: Wordings, view: str) -> DraftQuestion:
    slots = dict(fact.slots)
    if fact.kind == "order":
        slots["ordered"] = _in_order(slots["names"])
    slots |= {"view": view, "start": seconds(fact.start), "end": seconds(fact.end)}
    seed = "".join(fact.frames)
    return DraftQuestion(
        task=fact.task,
        question=wordings.say(fact.kind, "questions", seed, **slots),
        answer=wordings.say(fact.kind, "answers", seed, **slots),
        frames=fact.frames,
    )


def _in_order(names: Sequence[str]) -> str:
    """`first a car, then a bus and finally a person`."""
    marks = ["first", *["then"] * (len(names) - 2), "finally" if len(names) > 2 else "then"]
    return listed([f"{mark} {name}" for mark, name in zip(marks, names, strict=True)])
