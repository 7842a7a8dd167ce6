"""What judges reply."""

import json

import pytest
from pydantic import BaseModel

from pipeline.evaluation.answers.parsed import Parsed, Reason, Unparsed
from pipeline.evaluation.judging import (
    AssistiveScores,
    AssistiveVerdict,
    RouteScores,
    SubjectiveScores,
    read_judgement,
    subjective_table,
)

FINE = {"logic": 8, "factuality": 7, "accuracy": 6, "conciseness": 9, "overall": 7}


@pytest.mark.parametrize(
    "form", ["{}", "```json\n{}\n```", "Here you are:\n{}\nDone.", "{} {}", "```\n{}```"]
)
def test_an_object_in_any_wrapping(form: str) -> None:
    reply = form.replace("{}", json.dumps(FINE))
    assert read_judgement(reply, SubjectiveScores) == Parsed(SubjectiveScores(**FINE))


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        ("8 out of 10", "no_answer"),
        ("{broken", "no_answer"),
        (json.dumps(FINE | {"logic": 11}), "malformed"),
        (json.dumps(FINE | {"logic": 0}), "malformed"),
        (json.dumps(FINE | {"logic": 7.5}), "malformed"),
        (json.dumps(FINE | {"logic": "8/10"}), "malformed"),
        (json.dumps(FINE | {"logic": "8"}), "malformed"),
        (json.dumps(FINE | {"logic": True}), "malformed"),
        (json.dumps({"logic": 8}), "malformed"),
        (json.dumps(FINE | {"style": 5}), "malformed"),
        (json.dumps(FINE) + json.dumps(FINE | {"logic": 1}), "several"),
    ],
)
def test_no_scores(reply: str, reason: Reason) -> None:
    found = read_judgement(reply, SubjectiveScores)
    assert isinstance(found, Unparsed) and found.reason == reason, found


def test_a_failure_says_where() -> None:
    found = read_judgement(json.dumps(FINE | {"logic": 11}), SubjectiveScores)
    assert isinstance(found, Unparsed) and found.message.startswith("logic: ")


@pytest.mark.parametrize(
    ("judgement", "score"),
    [
        (AssistiveVerdict(reason="fits", valid=True), 1),
        (AssistiveVerdict(reason="no such pan", valid=False), 0),
        (AssistiveScores(reason="", action=1, location=1, object_property=1), 1),
        (AssistiveScores(reason="", action=1, location=0, object_property=0), 0.6),
        (AssistiveScores(reason="", action=0, location=1, object_property=1), 0.4),
        (RouteScores(direction=5, landmark=4, logic=3), 4),
    ],
)
def test_one_number(
    judgement: AssistiveVerdict | AssistiveScores | RouteScores, score: float
) -> None:
    assert judgement.score == pytest.approx(score)


def test_the_columns_of_table_2() -> None:
    low = SubjectiveScores(**dict.fromkeys(FINE, 1))
    found = subjective_table([SubjectiveScores(**FINE), low])
    assert found == {k: pytest.approx(10 * (v + 1) / 2) for k, v in FINE.items()}
    assert subjective_table([]) == {}


@pytest.mark.parametrize("kind", [SubjectiveScores, AssistiveVerdict, AssistiveScores, RouteScores])
def test_schemas_say_what_is_wanted(kind: type[BaseModel]) -> None:
    schema = kind.model_json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == set(schema["properties"])
