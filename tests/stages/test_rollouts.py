"""Rollouts: a policy that is asked several times, and what its answers make of a question."""

import re
import uuid
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.llm import session as sessions
from pipeline.llm.session import Session
from pipeline.media.pictures import encode_jpeg
from pipeline.models.batch_writer import BatchWriter
from pipeline.outcome import Failed, Kept, Outcome, Rejected
from pipeline.recipe import Recipe
from pipeline.records import Difficulty, Rejection, Rollout
from pipeline.stages import rollouts
from pipeline.stages.rollout_rules.views import (
    AskedQuestion,
    Choices,
    ClaimTime,
    PassedVerdict,
    RestsOn,
)
from pipeline.stages.writing import AskingWorker, FrameJpeg
from pipeline.store import BlobStore, Store
from pipeline.tasks import Task
from tests.fakes.openai_server import (
    Call,
    Content,
    FakeOpenAI,
    Garbage,
    Refusal,
    Script,
    Slow,
    Truncated,
)
from tests.stages.units import kept, run, store_jpegs, unit
from tests.stages.writing import GROUP

IDS = [frame.frame for frame in GROUP.frames]
ROWS: tuple[Any, ...] = (
    PassedVerdict(id="q", video="v", passed=True, answer="a bus"),
    AskedQuestion(id="q", group="g", task=Task.EVENT_PROCESS, question="What comes?"),
    RestsOn(id="q", core_frames=(IDS[0], IDS[-1])),
    GROUP,
)
CHOICES = Choices(id="q", options=("a dog", "a cat", "a bus", "a boat"), letter="C")
RIGHT = r"\boxed{C}<think>It is big.</think>\boxed{C}"
WRONG = r"\boxed{C}<think>It is small.</think>\boxed{A}"


def recipe(base_url: str | None = None, *, samples: int = 4, **rollout: Any) -> Recipe:
    """Of a policy behind an endpoint, or of the program."""
    policy = {"kind": "endpoint", "model": "m", "sees": rollout.pop("sees", "captions")}
    reached = {"base_url": base_url, "attempts": 2, "timeout_seconds": rollout.pop("timeout", 5)}
    return Recipe.model_validate(
        {
            "name": "t",
            "identity": {
                "rollouts": {"problem_type": "exact_match", "samples": samples, **rollout},
                **({"policy": policy} if base_url else {}),
            },
            "runtime": {"policy": reached} if base_url else {},
        }
    )


@pytest.fixture
def asked(tmp_path: Path) -> Any:
    made: list[Session] = []

    def ask(settings: Recipe, *rows: Any, blobs: Any = None, tried: int = 0) -> Outcome:
        made.append(Session(tmp_path, settings.runtime, name=uuid.uuid4().hex))
        stage = rollouts.stage(settings, made[-1])
        one = replace(unit(stage, "q", *ROWS, *rows), tried=tried)
        (outcome,) = run(stage, blobs or BlobStore(Store(tmp_path)), one)
        sessions.close(made.pop())
        return outcome

    yield ask
    for one in made:
        sessions.close(one)


def in_turn(*replies: str) -> Script:
    """These replies, over and over, by the seed that each call has."""
    return lambda call: Content(replies[call.body["seed"] % len(replies)])


def measured(outcome: Outcome) -> Difficulty:
    (found,) = (row for row in kept(outcome) if isinstance(row, Difficulty))
    return found


def rejection(outcome: Outcome) -> Rejection:
    assert isinstance(outcome, Rejected), outcome
    (found,) = (row for row in outcome.rows if isinstance(row, Rejection))
    assert (found.stage, found.reason) == ("rollouts", outcome.reason)
    return found


def test_each_sample_is_a_call_of_its_own_and_no_form_is_forced(asked: Any) -> None:
    with FakeOpenAI(script=in_turn(RIGHT, WRONG, WRONG, WRONG)) as server:
        outcome = asked(recipe(server.base_url), CHOICES)
    found = measured(outcome)
    assert (found.samples, found.right, found.unparsed, found.pass_rate) == (4, 1, 0, 0.25)
    assert (found.problem, found.solution, found.problem_type) == (
        "What comes?",
        "C",
        "exact_match",
    )
    # 0.9 for the first answers, 1 for the form, 1.1 for the last one of a quarter.
    assert found.mean_reward == pytest.approx(0.9 + 1 + 1.1 / 4)
    assert found.frames == (IDS[0], IDS[-1])
    made = found.provenance
    assert (made.stage, made.writer, made.schema_sha256) == ("rollouts", "endpoint", "")
    assert len(set(made.requests)) == 4
    bodies = [call.body for call in server.calls]
    assert sorted(body["seed"] for body in bodies) == [0, 1, 2, 3]
    assert {body["temperature"] for body in bodies} == {1.0}
    assert not any("response_format" in body for body in bodies)
    (text,) = {body["messages"][-1]["content"] for body in bodies}
    assert "C. a bus" in text
    assert text.count("what is seen") == 2
    assert outcome.usage.tokens_in > 0


def test_every_answer_is_a_row(asked: Any) -> None:
    silent = r"\boxed{Let's analyze the problem step by step.}<think>It is.</think>\boxed{(c)}"
    replies = (RIGHT, silent, "I would say C.", r"\boxed{C}<think>so<think></think>")
    with FakeOpenAI(script=in_turn(*replies)) as server:
        outcome = asked(recipe(server.base_url), CHOICES)
    rows = [row for row in kept(outcome) if isinstance(row, Rollout)]
    assert [row.id for row in rows] == ["q#1", "q#2", "q#3", "q#4"]
    assert [row.replicate for row in rows] == [0, 1, 2, 3]
    assert [(row.first, row.last) for row in rows] == [
        ("C", "C"),
        ("Let's analyze the problem step by step.", "(c)"),
        (None, None),
        ("C", None),
    ]
    assert [row.right for row in rows] == [True, True, False, False]
    assert [row.formed for row in rows] == [True, True, False, False]
    assert [row.parsed for row in rows] == [True, True, False, False]
    assert [row.unparsed for row in rows] == [None, None, "empty", "empty"]
    assert [row.last_reward for row in rows] == [1, 1, 0, 0]
    assert rows[0].reward == pytest.approx(3.0)
    assert rows[1].reward == pytest.approx(1.1 + 1 + 0.3), "the fallback bonus"
    assert measured(outcome).unparsed == 2


@pytest.mark.parametrize(("said", "reason"), [(RIGHT, "all_right"), (WRONG, "all_wrong")])
def test_what_teaches_nothing_is_dropped_with_its_rows(asked: Any, said: str, reason: str) -> None:
    with FakeOpenAI(lambda call: said) as server:
        outcome = asked(recipe(server.base_url), CHOICES)
    found = rejection(outcome)
    assert found.reason == reason
    assert (found.question, found.answer) == ("What comes?", "a bus")
    assert len([row for row in outcome.rows if isinstance(row, Rollout)]) == 4


GARBLED = (RIGHT, WRONG, "%&$!", "<think>never closed")


@pytest.mark.parametrize(
    ("unparsed", "rate", "counted"), [("wrong", 0.25, 4), ("left_out", 0.5, 2)]
)
def test_garbage_is_unparsed_and_counts_by_the_recipe(
    asked: Any, unparsed: str, rate: float, counted: int
) -> None:
    with FakeOpenAI(script=in_turn(*GARBLED)) as server:
        found = measured(asked(recipe(server.base_url, unparsed=unparsed), CHOICES))
    assert (found.pass_rate, found.counted) == (rate, counted)
    assert (found.samples, found.unparsed) == (4, 2)


def test_an_endpoint_that_answers_nothing_but_garbage(asked: Any) -> None:
    with FakeOpenAI(lambda call: "%&$!") as server:
        wrong = rejection(asked(recipe(server.base_url), CHOICES))
        left_out = rejection(asked(recipe(server.base_url, unparsed="left_out"), CHOICES))
        assert len(server.calls) == 4
    assert (wrong.reason, left_out.reason) == ("all_wrong", "all_unparsed")


def test_a_reply_that_was_cut_off_is_graded_as_it_is(asked: Any) -> None:
    def script(call: Call) -> Any:
        return Content(RIGHT) if call.body["seed"] else Truncated(r"\boxed{C}<think>It is")

    with FakeOpenAI(script=script) as server:
        outcome = asked(recipe(server.base_url), CHOICES)
    (cut,) = (row for row in kept(outcome) if isinstance(row, Rollout) and row.cut_off)
    assert (cut.first, cut.last, cut.right, cut.parsed) == ("C", None, False, False)
    assert measured(outcome).provenance.finish_reason == "length, stop"


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (Refusal("I won't look."), "Refused"),
        (Content(""), "EmptyReply"),
        (Slow(3.0), "TimeLimit"),
        (Garbage(), "ServerError"),
    ],
    ids=["refusal", "nothing", "time limit", "garbage"],
)
def test_a_sample_that_fails_fails_the_question_and_is_no_wrong_answer(
    asked: Any, behaviour: Any, error: str
) -> None:
    def script(call: Call) -> Any:
        return behaviour if call.body["seed"] == 2 else Content(WRONG)

    with FakeOpenAI(script=script) as server:
        outcome = asked(recipe(server.base_url, timeout=0.3), CHOICES)
    assert isinstance(outcome, Failed)
    assert outcome.error_class == error


def test_a_retry_asks_only_for_what_failed(asked: Any) -> None:
    def script(call: Call) -> Any:
        return Refusal("no") if call.body["seed"] == 2 else Content(RIGHT)

    with FakeOpenAI(script=script) as server:
        assert isinstance(asked(recipe(server.base_url), CHOICES), Failed)
        calls = len(server.calls)
        again = asked(recipe(server.base_url), CHOICES, tried=1)
        assert isinstance(again, Rejected), "all four are right now"
        assert len(server.calls) == calls + 1
        assert server.calls[-1].body["seed"] == 6, "the third of the second try's four"


def test_another_threshold_costs_no_call(asked: Any) -> None:
    with FakeOpenAI(script=in_turn(RIGHT, WRONG)) as server:
        asked(recipe(server.base_url), CHOICES)
        calls = len(server.calls)
        drawn = asked(recipe(server.base_url, sampling="gaussian", mean=0.5), CHOICES)
        assert isinstance(drawn, Kept)
        more = asked(recipe(server.base_url, samples=6), CHOICES)
        assert isinstance(more, Kept)
        assert len(server.calls) == calls + 2, "four of six were asked before"


def test_a_policy_that_sees_gets_pictures_and_times_and_no_captions(
    asked: Any, tmp_path: Path
) -> None:
    picture = np.full((90, 160, 3), 128, np.uint8)
    jpegs = [encode_jpeg(picture + i, 90) for i in range(len(IDS))]
    blobs, places = store_jpegs(tmp_path, jpegs)
    rows = [FrameJpeg(id=name, **place) for name, place in zip(IDS, places, strict=True)]
    with FakeOpenAI(script=in_turn(RIGHT, WRONG)) as server:
        for frames, shown in (("core", [0, len(IDS) - 1]), ("group", range(len(IDS)))):
            settings = recipe(server.base_url, sees="frames", frames=frames)
            core = [row for row in ROWS if frames == "core" or not isinstance(row, RestsOn)]
            stage = rollouts.stage(settings, session := Session(tmp_path, settings.runtime))
            (outcome,) = run(stage, blobs, unit(stage, "q", *core, CHOICES, *rows))
            sessions.close(session)
            assert measured(outcome).frames == tuple(IDS[i] for i in shown)
            content = server.calls[-1].body["messages"][-1]["content"]
            urls = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
            assert urls == ["data:image/jpeg;base64," + b64encode(jpegs[i]).decode() for i in shown]
            assert "what is seen" not in content[0]["text"]
            assert re.search(r"pictures are from 0\.00 s, ", content[0]["text"])


def test_times_are_right_from_the_recipe_s_iou(asked: Any) -> None:
    when = ClaimTime(id="q#0", question="q", claim="A bus.", start_seconds=2.0, end_seconds=4.0)
    half = r"\boxed{[2, 3]}<think>There.</think>\boxed{[2.0, 3.0]}"
    far = r"\boxed{[7, 8]}<think>There.</think>\boxed{from 7 to 8 s}"
    with FakeOpenAI(script=in_turn(half, far)) as server:
        found = measured(asked(recipe(server.base_url, problem_type="iou"), when))
        assert (found.pass_rate, found.solution) == (0.5, "[2.00, 4.00]")
        strict = asked(recipe(server.base_url, problem_type="iou", right_iou=0.6), when)
        assert rejection(strict).reason == "all_wrong"


def test_grounded_answers_are_worth_up_to_two(asked: Any) -> None:
    when = ClaimTime(id="q#0", question="q", claim="A bus.", start_seconds=2.0, end_seconds=4.0)
    both = r"\boxed{C <> [2, 4]}<think>There.</think>\boxed{C <> [2.0, 4.0]}"
    letter = r"\boxed{C}<think>There.</think>\boxed{C <> [8.0, 9.0]}"
    with FakeOpenAI(script=in_turn(both, letter)) as server:
        outcome = asked(recipe(server.base_url, problem_type="gqa"), CHOICES, when)
    rows = [row for row in kept(outcome) if isinstance(row, Rollout)]
    assert [row.last_reward for row in rows] == [2, 1, 2, 1]
    assert [row.right for row in rows] == [True, False, True, False]


def test_what_cannot_be_asked_is_rejected_before_anybody_is_asked(asked: Any) -> None:
    with FakeOpenAI(lambda call: RIGHT) as server:
        assert rejection(asked(recipe(server.base_url))).reason == "no_options"
        assert rejection(asked(recipe(server.base_url, problem_type="math"))).reason == "no_number"
        assert rejection(asked(recipe(server.base_url, problem_type="iou"))).reason == "no_interval"
        assert not server.calls


def test_a_question_without_evidence_is_left_to_evidence_s_own_rejection() -> None:
    stage = rollouts.stage(recipe())
    rows = [row for row in ROWS if not isinstance(row, RestsOn)]
    (outcome,) = run(stage, BlobStore(Store(Path("unused"))), unit(stage, "q", *rows, CHOICES))
    assert isinstance(outcome, Rejected)
    assert (outcome.reason, outcome.rows) == ("no_evidence", ())


def test_a_batch_holds_all_samples_at_once(tmp_path: Path) -> None:
    settings = recipe("http://127.0.0.1:1/v1")
    session = Session(tmp_path, settings.runtime, name=uuid.uuid4().hex)
    stage = rollouts.stage(settings, session)
    worker = stage.worker(BlobStore(Store(tmp_path)))
    assert isinstance(worker, AskingWorker)
    asking: Any = session.asking("policy", settings.identity.policy)  # type: ignore[arg-type]
    collecting = BatchWriter(worker.writer.settings, asking.responses, asking.calls.bound)  # type: ignore[attr-defined]
    batch = AskingWorker(worker.stage, worker.settings, collecting, worker.blobs, worker.script)
    (outcome,) = batch([unit(stage, "q", *ROWS, CHOICES)])
    sessions.close(session)
    assert isinstance(outcome, Failed) and outcome.error_class == "Pending"
    assert len({one.request.key for one in collecting.pending}) == 4


def test_the_program_plays_all_four_types() -> None:
    blobs = BlobStore(Store(Path("unused")))
    when = ClaimTime(id="q#0", question="q", claim="A bus.", start_seconds=0.0, end_seconds=1.0)
    for kind, rows in (
        ("exact_match", [CHOICES]),
        ("iou", [when]),
        ("gqa", [CHOICES, when]),
    ):
        stage = rollouts.stage(recipe(problem_type=kind, samples=8))
        outcomes = [
            run(stage, blobs, unit(stage, name, *_named(name), *_of(name, rows)))[0]
            for name in (f"q{i}" for i in range(30))
        ]
        assert not any(isinstance(outcome, Failed) for outcome in outcomes)
        assert any(isinstance(outcome, Kept) for outcome in outcomes)


def _named(name: str) -> list[Any]:
    return [row if row is GROUP else replace(row, id=name) for row in ROWS]


def _of(name: str, rows: list[Any]) -> list[Any]:
    return [
        replace(row, question=name) if isinstance(row, ClaimTime) else replace(row, id=name)
        for row in rows
    ]
