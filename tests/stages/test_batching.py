"""Stages whose answers a batch brought: they ask nothing any more."""

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.stage import Stage, Unit
from pipeline.errors import BudgetSpentError, EndpointError
from pipeline.llm import session as sessions
from pipeline.llm.batch import files, runs
from pipeline.llm.session import Session
from pipeline.outcome import Failed, Outcome
from pipeline.recipe import Recipe
from pipeline.records import Verdict
from pipeline.stages import questions, verdicts
from pipeline.stages.batching import BatchAnswers
from pipeline.store import BlobStore, Store
from tests.fakes.openai_server import Behaviour, Call, Content, FakeOpenAI, Status, Truncated
from tests.llm.replies import talk
from tests.stages.units import kept, run, unit
from tests.stages.writing import GROUP, asked

_MODEL = {"kind": "endpoint", "model": "m"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "FIRST_LOOK", 0.1)
    monkeypatch.setattr(runs, "SELDOM", 0.1)


class Run:
    """One run of a workspace with `--batch`."""

    def __init__(self, root: Path, server: FakeOpenAI, kind: str, **runtime: Any) -> None:
        identity = {"writer": _MODEL, "judge": _MODEL, "verdicts": {"blind": True}}
        self.recipe = Recipe.model_validate(
            {
                "name": "t",
                "identity": identity if kind == "endpoint" else {},
                "runtime": {"writer": {"base_url": server.base_url}, **runtime},
            }
        )
        self.session = Session(root, self.recipe.runtime, name=uuid.uuid4().hex)
        self.blobs = BlobStore(Store(root))
        self.said: list[str] = []
        self.stopping = False

    def ask(self, stage: Stage, units: Sequence[Unit]) -> None:
        """Each unit is a pack, so that nothing depends on how they are cut."""
        batching = BatchAnswers(self.session, self.blobs, self.said.append, lambda: self.stopping)
        batching(stage, lambda: iter([[one] for one in units]))

    def outcomes(self, stage: Stage, units: Sequence[Unit]) -> list[Outcome]:
        return run(stage, self.blobs, *units)

    def questions(self, count: int = 1) -> tuple[Stage, list[Unit]]:
        stage = questions.stage(self.recipe, self.session)
        frames = GROUP.frames
        groups = [
            replace(GROUP, id=f"g{i}", frames=(*frames[:-1], replace(frames[-1], caption=f"{i}")))
            for i in range(count)
        ]
        return stage, [unit(stage, group.id, group) for group in groups]

    def verdicts(self) -> tuple[Stage, list[Unit]]:
        stage = verdicts.stage(self.recipe, self.session)
        rows = [
            verdicts.AskedQuestion(
                id=question.id,
                video=question.video,
                group=question.group,
                task=question.task,
                question=question.question,
                answer=question.answer,
                frames=question.frames,
            )
            for question in asked()
        ]
        return stage, [unit(stage, row.id, row, GROUP) for row in rows]


Begin = Callable[..., Run]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    made: list[Run] = []

    def start(server: FakeOpenAI, kind: str = "endpoint", **runtime: Any) -> Run:
        made.append(Run(tmp_path, server, kind, **runtime))
        return made[-1]

    yield start
    for one in made:
        sessions.close(one.session)


def test_a_stage_finds_every_answer_that_its_batch_brought(begin: Begin) -> None:
    with FakeOpenAI(talk) as server:
        now = begin(server)
        stage, units = now.questions(5)
        now.ask(stage, units)
        assert [len(batch) for batch in server.batches] == [5]
        assert len(server.calls) == 5
        for outcome in now.outcomes(stage, units):
            (question,) = kept(outcome)
            assert len(question.provenance.requests) == 1
            assert outcome.usage.tokens_in == 0
            assert question.provenance.tokens_in > 0, "what the stored answer took is told"
        assert len(server.calls) == 5
        assert now.said[-1].endswith("completed, 5 of 5 answered")


def test_a_script_s_next_question_is_the_next_batch(begin: Begin) -> None:
    with FakeOpenAI(talk) as server:
        now = begin(server)
        stage, units = now.verdicts()
        now.ask(stage, units)
        blind, judged = server.batches
        assert len(units) > 1
        # Where two units ask the same, one line does for both.
        texts = {one.one(verdicts.AskedQuestion).question for one in units}
        assert (len(blind), len(judged)) == (len(texts), len(units))
        calls = len(server.calls)
        for outcome in now.outcomes(stage, units):
            (verdict,) = kept(outcome)
            assert isinstance(verdict, Verdict)
            assert len(verdict.provenance.requests) == 2
            assert verdict.provenance.requests[0] in blind
            assert verdict.provenance.requests[1] in judged
        assert len(server.calls) == calls


def test_a_reply_that_is_not_valid_is_corrected_in_the_next_batch(begin: Begin) -> None:
    def script(call: Call) -> Content | None:
        return Content('{"questions": 1}') if call.number == 0 else None

    with FakeOpenAI(talk, script) as server:
        now = begin(server)
        stage, units = now.questions(3)
        now.ask(stage, units)
        assert [len(batch) for batch in server.batches] == [3, 1]
        assert "That reply is not valid" in json.dumps(server.calls[3].body["messages"])
        requests = [kept(o)[0].provenance.requests for o in now.outcomes(stage, units)]
        assert [len(keys) for keys in requests] == [2, 1, 1]
        assert len(server.calls) == 4


def test_two_replies_that_are_not_valid_are_enough(begin: Begin) -> None:
    with FakeOpenAI(lambda call: "{}") as server:
        now = begin(server)
        stage, units = now.questions()
        now.ask(stage, units)
        assert [len(batch) for batch in server.batches] == [1, 1]
        (outcome,) = now.outcomes(stage, units)
        assert isinstance(outcome, Failed)
        assert outcome.error_class == "WrongSchema"
        assert len(server.calls) == 2


def test_what_a_batch_left_comes_in_the_next(begin: Begin) -> None:
    def script(number: int) -> str | None:
        return "expired" if number == 0 else None

    with FakeOpenAI(talk, batch_script=script) as server:
        now = begin(server)
        stage, units = now.questions(4)
        now.ask(stage, units)
        first, second = server.batches
        assert second == first[2:]
        assert len(server.calls) == 4
        assert all(kept(outcome) for outcome in now.outcomes(stage, units))
        assert len(server.calls) == 4


def test_a_request_at_fault_is_in_one_batch_and_then_asked_online(begin: Begin) -> None:
    behaviours: dict[int, Behaviour] = {0: Status(400), 1: Truncated("{")}

    with FakeOpenAI(talk, lambda call: behaviours.get(call.number)) as server:
        now = begin(server)
        stage, units = now.questions(3)
        now.ask(stage, units)
        assert [len(batch) for batch in server.batches] == [3]
        assert all(kept(outcome) for outcome in now.outcomes(stage, units))
        assert len(server.calls) == 5


def test_batches_that_bring_nothing_end_and_say_so(begin: Begin) -> None:
    with FakeOpenAI(talk, batch_script=lambda number: "error_only") as server:
        now = begin(server)
        stage, units = now.questions(2)
        now.ask(stage, units)
        assert len(server.batches) == 1
        assert now.said[-1] == "questions: what no batch answered is asked online"


def test_a_stopped_run_leaves_its_batch_to_the_next(begin: Begin) -> None:
    with FakeOpenAI(talk, batch_polls=2) as server:
        stopped = begin(server)
        stopped.stopping = True
        stopped.ask(*stopped.questions(3))
        sessions.close(stopped.session)
        now = begin(server)
        stage, units = now.questions(3)
        now.ask(stage, units)
        assert [len(batch) for batch in server.batches] == [3]
        assert all(kept(outcome) for outcome in now.outcomes(stage, units))
        assert len(server.calls) == 3


def test_answers_of_an_earlier_run_are_in_no_batch(begin: Begin) -> None:
    with FakeOpenAI(talk) as server:
        first = begin(server)
        stage, units = first.questions(2)
        first.outcomes(stage, units)
        sessions.close(first.session)
        now = begin(server)
        now.ask(*now.questions(3))
        assert [len(batch) for batch in server.batches] == [1]


def test_a_budget_that_is_spent_halts(begin: Begin) -> None:
    with FakeOpenAI(talk) as server:
        now = begin(server, budget={"requests": 2})
        stage, units = now.questions(3)
        with pytest.raises(BudgetSpentError, match="2 of 2 requests"):
            now.ask(stage, units)
        assert [len(batch) for batch in server.batches] == [2]


def test_an_endpoint_that_fails_a_batch_halts(begin: Begin) -> None:
    with FakeOpenAI(talk, batch_script=lambda number: "failed") as server:
        now = begin(server)
        with pytest.raises(EndpointError, match="Enqueued token limit reached"):
            now.ask(*now.questions(2))


def test_the_program_needs_no_batch(begin: Begin) -> None:
    with FakeOpenAI(talk) as server:
        now = begin(server, "program")
        for stage, units in (now.questions(2), now.verdicts()):
            now.ask(stage, units)
        assert (server.batches, server.calls, now.said) == ([], [], [])
        assert files.states(now.blobs.store) == []
