"""What a run's processes keep of its endpoints."""

import asyncio
import pickle
from pathlib import Path

import pytest

from pipeline.errors import HaltedError, UsageError
from pipeline.llm import attempts, journal, responses, session
from pipeline.llm.session import Session, limits_of, run_limits
from pipeline.recipe import BudgetRuntime, EndpointRuntime, Runtime, reached
from pipeline.store import Store
from tests.fakes.openai_server import FakeOpenAI
from tests.llm.asking import SETTINGS, ask, asking, echo, endpoint, request, words

URL = "http://127.0.0.1:1/v1"


def test_a_process_has_one_client_of_an_endpoint(tmp_path: Path) -> None:
    with FakeOpenAI(echo) as server:
        told = Session(tmp_path, Runtime(writer=endpoint(server.base_url)))
        again = pickle.loads(pickle.dumps(told))
        try:
            client = told.asking("writer", SETTINGS)
            assert again.asking("writer", SETTINGS) is client
            assert told.asking("judge", SETTINGS) is not client
            assert words(ask(client, [request("a")])) == ["a"]
        finally:
            session.close(told)


def test_closing_twice_is_closing(tmp_path: Path) -> None:
    told = Session(tmp_path, Runtime(writer=endpoint(URL)))
    session.close(told)
    told.asking("writer", SETTINGS)
    session.close(told)
    session.close(told)
    assert list(tmp_path.iterdir()) == []


def test_writer_and_judge_share_answers_and_a_budget(tmp_path: Path) -> None:
    with FakeOpenAI(echo) as server:
        runtime = Runtime(writer=endpoint(server.base_url), budget=BudgetRuntime(requests=2))
        told = Session(tmp_path, runtime)
        try:
            writer, judge = told.asking("writer", SETTINGS), told.asking("judge", SETTINGS)
            assert words(ask(writer, [request("a")])) == ["a"]
            assert words(ask(judge, [request("a"), request("b")])) == ["a", "b"]
            with pytest.raises(HaltedError, match="2 of 2 requests"):
                ask(judge, [request("c")])
            assert words(ask(judge, [request("a")])) == ["a"]
        finally:
            session.close(told)
        assert len(server.calls) == 2


def test_a_judge_without_an_address_shares_the_writers(tmp_path: Path) -> None:
    shared = Runtime(writer=endpoint(URL, in_flight=3))
    assert reached(shared, "judge") == shared.writer
    assert (limits_of(shared, "writer"), limits_of(shared, "judge")) == ("writer", "writer")
    own = Runtime(writer=endpoint(URL), judge=EndpointRuntime(base_url=URL, in_flight=5))
    assert reached(own, "judge").in_flight == 5
    assert limits_of(own, "judge") == "judge"


def test_a_key_that_is_not_set_is_told_before_any_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLANTED_KEY", raising=False)
    with (
        pytest.raises(UsageError, match="PLANTED_KEY"),
        asking(tmp_path, endpoint(URL, api_key_env="PLANTED_KEY")),
    ):
        pass


def test_the_budget_of_a_run_begins_with_what_was_spent(tmp_path: Path) -> None:
    with (
        FakeOpenAI(echo) as server,
        asking(tmp_path, endpoint(server.base_url)) as client,
    ):
        ask(client, [request("a"), request("b")])
    assert run_limits(Store(tmp_path), Runtime()).budget.spent.requests == 2


def test_tidying_seals_what_dead_processes_left(tmp_path: Path) -> None:
    with FakeOpenAI(echo) as server:
        for text in "ab":
            with asking(tmp_path, endpoint(server.base_url)) as client:
                ask(client, [request(text)])
    store = Store(tmp_path)
    for form in (attempts.FORM, responses.FORM):
        assert len(journal.journals(store, form)) == 2
    session.tidy(Session(tmp_path, Runtime()))
    for form in (attempts.FORM, responses.FORM):
        assert journal.journals(store, form) == []
        assert len(journal.sealed_files(store, form)) == 2


def test_what_a_coroutine_raises_is_raised_where_it_is_waited_for() -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise UsageError("no")

    with pytest.raises(UsageError, match="no"):
        session.run(fails())
