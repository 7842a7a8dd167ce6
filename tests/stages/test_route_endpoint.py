"""A language model behind an endpoint that writes about routes: what it is asked and replies."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.stage import Unit
from pipeline.llm import session as sessions
from pipeline.llm.session import Session
from pipeline.outcome import Failed, Rejected
from pipeline.recipe import Recipe
from pipeline.records import Evidence, Question, Verdict
from pipeline.stages import evidence, route_questions, verdicts
from pipeline.stages.route_view import OfTheSameRoute, Travelled
from pipeline.store import BlobStore, Store
from pipeline.tasks import Task
from tests.fakes.openai_behaviours import Call
from tests.fakes.openai_server import FakeOpenAI
from tests.llm.replies import talk
from tests.stages.test_route_asking import GROUP, PATH, asked, view
from tests.stages.units import kept, run, unit

ROUTE = Travelled(id="g", path=PATH)
FRAMES = ["F1", "F2", "F3", "F4"]
DESCRIBED = {
    "route_description_forward": "Go ahead past the bench and turn left. Further on, turn right.",
    "route_description_reverse": "Turn left, go on past the couch, and turn right at the end.",
}


def prompt(call: Call) -> str:
    """What was asked at first, also where a reply was asked for again."""
    return str(call.body["messages"][1]["content"])


def plans_of(text: str) -> list[dict[str, Any]]:
    lines = text.split("The plans:\n")[1].splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def worded(call: Call, described: dict[str, str]) -> str:
    """The plans in words; what is not described is copied, as it is asked to be."""
    drafts = [
        {
            "task": plan["task"],
            "question": f"In the span from 0 to 16 seconds: {plan['task'].replace('_', ' ')}?",
            "answer": plan["answer"] if plan["choices"] else described[plan["task"]],
        }
        for plan in plans_of(prompt(call))
    ]
    return json.dumps({"questions": drafts})


def told(call: Call, name: str) -> str:
    """A line of the prompt that is a JSON string."""
    found = re.search(rf"^{name}: (.*)$", prompt(call), re.MULTILINE)
    assert found
    return str(json.loads(found[1]))


def reasoning(call: Call, conclusion: str = "") -> str:
    """The opposite question, the turn to the left, and the conclusion."""
    claims = [
        f"The other direction first. {told(call, 'Opposite question')} {told(call, 'Its answer')}",
        "At 6.0 s the view turns to the left.",
        f"Read in the asked direction, it is: {conclusion or told(call, 'Answer')}",
    ]
    cited = (FRAMES, ["F2"], FRAMES)
    rows = [{"text": t, "frames": f} for t, f in zip(claims, cited, strict=True)]
    return json.dumps({"key_items": [], "claims": rows})


def talk_about_routes(call: Call) -> str:
    """A valid reply for whichever stage asks."""
    name = call.body["response_format"]["json_schema"]["name"]
    if name == "questions":
        return worded(call, DESCRIBED)
    return reasoning(call) if name == "evidence" else talk(call)


@dataclass
class Model:
    """What the endpoint serves; a test may give it something else to say."""

    says: Callable[[Call], str] = talk_about_routes


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def server(model: Model) -> Iterator[FakeOpenAI]:
    with FakeOpenAI(lambda call: model.says(call)) as endpoint:
        yield endpoint


@pytest.fixture
def ask(server: FakeOpenAI, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Runs a unit of a stage of the recipe with the endpoint as its writer and judge."""
    asked_model = {"kind": "endpoint", "model": "m"}
    recipe = Recipe.model_validate(
        {
            "name": "t",
            "identity": {
                "recipe": "ego_st",
                "questions": {"per_group": 8},
                "writer": asked_model,
                "judge": asked_model,
            },
            "runtime": {"writer": {"base_url": server.base_url}},
        }
    )
    session = Session(tmp_path, recipe.runtime, name=uuid.uuid4().hex)

    def asked_of(module: Any, name: str, *rows: Any) -> Any:
        stage = module.stage(recipe, session)
        made: Unit = unit(stage, name, *rows)
        (outcome,) = run(stage, BlobStore(Store(tmp_path)), made)
        return outcome

    yield asked_of
    sessions.close(session)


def said(call: Call) -> str:
    return "\n".join(str(message["content"]) for message in call.body["messages"])


def reasoned(ask: Callable[..., Any], question: Question, found: list[Question]) -> Any:
    passed = evidence.PassedVerdict(id=question.id, video="v", passed=True, answer=question.answer)
    others = [view(other, OfTheSameRoute) for other in found]
    return ask(
        evidence, question.id, passed, view(question, evidence.AskedQuestion), GROUP, ROUTE, *others
    )


def test_a_route_is_worded_reviewed_and_thought_in_reverse(
    ask: Callable[..., Any], server: FakeOpenAI
) -> None:
    found = list(kept(ask(route_questions, "g", GROUP, ROUTE)))
    assert len(found) == 8
    by_task = {question.task: question for question in found}
    way = by_task[Task.ROUTE_DESCRIPTION_FORWARD]
    assert way.answer == DESCRIBED[way.task]
    assert by_task[Task.DIRECTION_CHANGE_REVERSE].answer.startswith("Turn left, then go straight")

    question = by_task[Task.DIRECTION_CHANGE_REVERSE]
    (verdict,) = kept(
        ask(verdicts, question.id, view(question, verdicts.AskedQuestion), GROUP, ROUTE)
    )
    assert isinstance(verdict, Verdict) and verdict.passed
    assert "Task: direction_change_reverse" in said(server.calls[1])

    row, *_ = kept(reasoned(ask, question, found))
    assert isinstance(row, Evidence)
    assert by_task[Task.DIRECTION_CHANGE_FORWARD].question in row.claims[0].text
    assert row.claims[-1].text.endswith(question.answer)
    assert row.claims[1].frames == ("v/f1",)
    assert [call.number for call in server.calls] == [0, 1, 2], "nothing was asked twice"

    for call in server.calls:
        text = said(call)
        assert "v/f" not in text, "frames go by the names that a reply may cite"
        assert "{{" not in text and "{%" not in text and "None" not in text
        assert '"frame": "F2"' in text


@pytest.mark.parametrize(
    ("forward", "why"),
    [
        ("Go ahead, turn right and then turn left.", "the answer turns right, left, and the route"),
        ("Go past the couch, turn left, pass the bench, turn right.", "passes couch, bench"),
    ],
)
def test_words_that_are_another_route_are_not_taken(
    ask: Callable[..., Any], model: Model, forward: str, why: str
) -> None:
    def other(call: Call) -> str:
        only = {"route_description_forward": forward, "route_description_reverse": forward}
        reply = json.loads(worded(call, only))
        drafts = [d for d in reply["questions"] if d["task"] in only]
        return json.dumps({"questions": drafts})

    model.says = other
    outcome = ask(route_questions, "g", GROUP, ROUTE)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_supported_question"
    assert why in outcome.message


def test_a_review_that_finds_another_route_is_kept_with_its_reason(
    ask: Callable[..., Any], model: Model
) -> None:
    def against(call: Call) -> str:
        reply = json.loads(talk(call))
        reply["judgements"][0] |= {"passed": False, "reason": "the second turn is to the right"}
        return json.dumps(reply)

    model.says = against
    question = asked()[0]
    (verdict,) = kept(
        ask(verdicts, question.id, view(question, verdicts.AskedQuestion), GROUP, ROUTE)
    )
    assert not verdict.passed
    assert verdict.judgements[0].reason == "the second turn is to the right"


def test_reasoning_that_comes_to_another_answer_is_rejected_with_its_reason(
    ask: Callable[..., Any], model: Model
) -> None:
    model.says = lambda call: reasoning(call, "Turn right, then turn right.")
    found = asked()
    outcome = reasoned(ask, found[2], found)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_evidence"
    assert "does not come to the answer: 'Go straight, then turn left" in outcome.message


def test_an_opposite_answer_of_its_own_is_rejected_with_its_reason(
    ask: Callable[..., Any], model: Model
) -> None:
    def own(call: Call) -> str:
        opposite = told(call, "Its answer")
        return reasoning(call).replace(opposite, "Turn around.", 1)

    model.says = own
    found = asked()
    outcome = reasoned(ask, found[2], found)
    assert isinstance(outcome, Rejected)
    assert "does not give the opposite question's answer" in outcome.message


@pytest.mark.parametrize("stage", ["questions", "verdicts", "evidence"])
@pytest.mark.parametrize(
    "garbage", ["A fine route indeed.", '{"claims": 1}', '{"questions": [{"task": "walk"}]}']
)
def test_garbage_is_asked_for_again_and_then_fails(
    ask: Callable[..., Any], server: FakeOpenAI, model: Model, stage: str, garbage: str
) -> None:
    model.says = lambda _: garbage
    found = asked()
    question = found[0]
    if stage == "questions":
        outcome = ask(route_questions, "g", GROUP, ROUTE)
    elif stage == "verdicts":
        row = view(question, verdicts.AskedQuestion)
        outcome = ask(verdicts, question.id, row, GROUP, ROUTE)
    else:
        outcome = reasoned(ask, question, found)
    assert isinstance(outcome, Failed)
    assert len(server.calls) == 2
    assert "That reply is not valid" in said(server.calls[1])


def test_a_frame_that_is_not_given_is_asked_for_again(
    ask: Callable[..., Any], server: FakeOpenAI, model: Model
) -> None:
    def once(call: Call) -> str:
        reply = talk_about_routes(call)
        return reply.replace('"F2"', '"F9"') if call.number == 0 else reply

    model.says = once
    found = asked()
    (row,) = kept(reasoned(ask, found[2], found))
    assert len(server.calls) == 2
    assert "'F9' is no frame that was given: those are F1 to F4" in said(server.calls[1])
    assert row.claims[1].frames == ("v/f1",)
