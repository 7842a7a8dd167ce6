"""Batches against a real server: however they end, each request is answered once."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import openai
import pytest

from pipeline.errors import BudgetSpentError, EndpointError
from pipeline.llm import session as sessions
from pipeline.llm.asking import Asking
from pipeline.llm.attempts import Attempts, of_unit, spend, spent
from pipeline.llm.batch import files, remote, runs
from pipeline.llm.batch.collect import Collected
from pipeline.llm.batch.files import Pending
from pipeline.llm.batch.runs import Batches
from pipeline.llm.budget import Spent
from pipeline.llm.price import bound
from pipeline.llm.request import ChatRequest
from pipeline.llm.responses import Responses
from pipeline.recipe import BudgetRuntime, PriceSettings
from tests.fakes.openai_server import (
    Behaviour,
    Call,
    FakeOpenAI,
    Garbage,
    NoUsage,
    Status,
    Truncated,
)
from tests.llm.asking import asking, echo, endpoint, request

PRICE = PriceSettings.model_validate({"input": 1000.0, "output": 2000.0, "as_of": "2026-11-01"})


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "FIRST_LOOK", 0.1)
    monkeypatch.setattr(runs, "SELDOM", 0.1)


@contextmanager
def batches(
    root: Path, server: FakeOpenAI, budget: BudgetRuntime | None = None, **settings: Any
) -> Iterator[Batches]:
    runtime = endpoint(server.base_url, **settings)
    with asking(root, runtime, budget) as client:
        yield of(client, budget or BudgetRuntime())


def of(client: Asking, budget: BudgetRuntime) -> Batches:
    calls = client.calls
    return Batches(
        section="writer",
        model="fake",
        runtime=calls.runtime,
        budget=budget,
        store=client.responses.store,
        transport=calls.transport,
        responses=client.responses,
        log=calls.log,
        say=lambda text: None,
        stopping=lambda: False,
        bound=calls.bound,
    )


def requests(count: int) -> list[ChatRequest]:
    return [request(f"row {i}") for i in range(count)]


def ask(under_way: Batches, asked: list[ChatRequest]) -> Collected | None:
    missing = [r for r in asked if under_way.responses.find(r.key) is None]
    pending = (Pending(r, "questions", r.user, under_way.bound(r)) for r in missing)
    return sessions.run(under_way.ask(pending))


def finish(under_way: Batches) -> Collected | None:
    return sessions.run(under_way.finish(under_way.open()))


def test_a_batch_brings_every_answer_at_the_batch_s_price(tmp_path: Path) -> None:
    asked = requests(5)
    with FakeOpenAI(echo) as server, batches(tmp_path, server, price=PRICE) as under_way:
        done = ask(under_way, asked)
        assert done == Collected(5, frozenset(), 0)
        assert server.batches == [[r.key for r in asked]]
        stored = [under_way.responses.find(r.key) for r in asked]
        assert all(s is not None and s.via == "batch" for s in stored)
        (line,) = spend(under_way.store)
        full = (line.tokens_in * 1000.0 + line.tokens_out * 2000.0) / 1e6
        assert line.requests == 5
        assert line.usd == pytest.approx(full / 2)
        assert not under_way.open()


def test_a_file_is_split_by_count_and_by_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_LINES", 3)
    asked = requests(7)
    with FakeOpenAI(echo) as server, batches(tmp_path, server) as under_way:
        assert ask(under_way, asked) == Collected(7, frozenset(), 0)
        assert [len(batch) for batch in server.batches] == [3, 3, 1]
        monkeypatch.setattr(files, "LARGEST_BYTES", 1)
        assert ask(under_way, [request("x"), request("y")]) == Collected(2, frozenset(), 0)
        assert [len(batch) for batch in server.batches[3:]] == [1, 1]


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_what_a_batch_left_is_submitted_again_and_nothing_else(tmp_path: Path, end: str) -> None:
    asked = requests(6)

    def script(number: int) -> str | None:
        return end if number == 0 else None

    with (
        FakeOpenAI(echo, batch_script=script) as server,
        batches(tmp_path, server) as under_way,
    ):
        first = ask(under_way, asked)
        assert first is not None
        assert (first.answered, first.missing) == (3, 3)
        assert ask(under_way, asked) == Collected(3, frozenset(), 0)
        assert sorted(server.batches[1]) == sorted(r.key for r in asked[3:])
        assert server.answered == 6


def test_a_batch_with_nothing_but_errors_is_read_and_submitted_again(tmp_path: Path) -> None:
    asked = requests(3)

    def script(number: int) -> str | None:
        return "error_only" if number == 0 else None

    with (
        FakeOpenAI(echo, batch_script=script) as server,
        batches(tmp_path, server, price=PRICE) as under_way,
    ):
        assert ask(under_way, asked) == Collected(0, frozenset(), 3)
        assert spent(under_way.store).usd == 0
        assert ask(under_way, asked) == Collected(3, frozenset(), 0)
        assert [len(batch) for batch in server.batches] == [3, 3]


def test_a_failed_batch_halts_in_the_endpoint_s_words_and_costs_nothing(tmp_path: Path) -> None:
    with (
        FakeOpenAI(echo, batch_script=lambda number: "failed") as server,
        batches(tmp_path, server, price=PRICE) as under_way,
    ):
        with pytest.raises(EndpointError, match=r"refused batch .*Enqueued token limit reached"):
            ask(under_way, requests(2))
        found = spent(under_way.store)
        assert (found.tokens, found.usd) == (0, 0)
        assert not under_way.open()
        assert server.calls == []


def test_only_what_may_go_better_is_submitted_again(tmp_path: Path) -> None:
    behaviours: dict[str, Behaviour] = {
        "row 0": Status(400),
        "row 1": Status(500),
        "row 2": Truncated("{"),
        "row 3": Status(429),
    }
    asked = requests(5)

    def script(call: Call) -> Behaviour | None:
        return behaviours.get(call.text) if call.number < 5 else None

    with FakeOpenAI(echo, script) as server, batches(tmp_path, server) as under_way:
        done = ask(under_way, asked)
        assert done == Collected(1, frozenset({asked[0].key, asked[2].key}), 2)
        assert under_way.responses.find(asked[2].key) is None
        (record,) = of_unit(under_way.store, "questions", "row 2")
        assert record["error_class"] == "Truncated"
        assert record["reply"]["choices"][0]["message"]["content"] == "{"
        again = [r for r in asked if r.key not in done.failed]
        assert ask(under_way, again) == Collected(2, frozenset(), 0)
        assert server.batches[1] == [asked[1].key, asked[3].key]


def test_results_that_cannot_be_read_leave_the_batch_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = requests(3)

    def script(call: Call) -> Behaviour | None:
        return Garbage() if call.number == 1 else None

    with FakeOpenAI(echo, script) as server, batches(tmp_path, server) as under_way:
        with pytest.raises(EndpointError, match="not JSON"):
            ask(under_way, asked)
        assert len(under_way.open()) == 1


class Killed(BaseException):
    """The process is gone."""


def killed(*_: Any, **__: Any) -> Any:
    raise Killed


def after(count: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """The real function, until it was called so often."""
    calls = 0

    def step(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > count:
            raise Killed
        return real(*arguments, **named)

    return step


# The intent is saved in its own module; `runs.replace` makes the state with the endpoint's id.
STEPS: dict[str, tuple[Any, str, int]] = {
    "before the intent is whole": (files, "save", 0),
    "intent written": (runs, "announced", 0),
    "announced": (remote, "submit", 0),
    "created, id not saved": (runs, "replace", 0),
    "second file's intent written": (runs, "announced", 1),
    "second file created, id not saved": (runs, "replace", 1),
    "submitted": (remote, "look", 0),
    "ended": (remote, "rows", 0),
    "first line logged": (Responses, "add", 0),
    "some answers stored": (Responses, "add", 1),
    "first file collected": (Responses, "add", 2),
    "a call's end not logged": (Attempts, "ended", 3),
    "all collected": (files, "finished", 1),
}


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_each_request_is_submitted_and_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(files, "MOST_LINES", 2)
    asked = requests(4)
    place, name, count = STEPS[step]
    with FakeOpenAI(echo) as server:
        with batches(tmp_path, server, price=PRICE) as first, monkeypatch.context() as patch:
            patch.setattr(place, name, after(count, getattr(place, name)))
            with pytest.raises(Killed):
                ask(first, asked)
        with batches(tmp_path, server, price=PRICE) as under_way:
            finish(under_way)
            ask(under_way, asked)
            check_each_once(server, under_way, asked)


def check_each_once(server: FakeOpenAI, under_way: Batches, asked: list[ChatRequest]) -> None:
    """Every request answered, submitted and paid once, and nothing left under way."""
    stored = [under_way.responses.find(r.key) for r in asked]
    assert all(s is not None and s.via == "batch" for s in stored)
    assert not under_way.open()
    submitted = Counter(key for batch in server.batches for key in batch)
    assert submitted == Counter(r.key for r in asked)
    usages = [s.response["usage"] for s in stored if s]
    given = sum(u["prompt_tokens"] for u in usages)
    wrote = sum(u["completion_tokens"] for u in usages)
    usd = (given * 1000.0 + wrote * 2000.0) / 1e6 * PRICE.batch_factor
    found = spent(under_way.store)
    assert (found.requests, found.tokens) == (len(asked), given + wrote)
    assert found.usd == pytest.approx(usd)
    (line,) = spend(under_way.store)
    assert (line.requests, line.failed, line.unknown) == (len(asked), 0, 0)
    assert line.usd == pytest.approx(usd)


def test_killed_again_and_again_each_request_is_still_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = requests(4)
    with FakeOpenAI(echo) as server:
        for place, name, count in STEPS.values():
            with batches(tmp_path, server, price=PRICE) as one, monkeypatch.context() as patch:
                patch.setattr(place, name, after(count, getattr(place, name)))
                with contextlib.suppress(Killed):
                    finish(one)
                    ask(one, asked)
        with batches(tmp_path, server, price=PRICE) as under_way:
            finish(under_way)
            ask(under_way, asked)
            check_each_once(server, under_way, asked)


def test_a_batch_is_found_among_many_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = requests(2)
    with FakeOpenAI(echo) as server:
        with batches(tmp_path, server, price=PRICE) as first, monkeypatch.context() as patch:
            patch.setattr(runs, "replace", killed)
            with pytest.raises(Killed):
                ask(first, asked)
        with batches(tmp_path / "other", server) as others:
            monkeypatch.setattr(files, "MOST_LINES", 1)
            others.stopping = lambda: True
            ask(others, [request(f"other {i}") for i in range(110)])
        with batches(tmp_path, server, price=PRICE) as under_way:
            assert finish(under_way) == Collected(2, frozenset(), 0)
            assert len(server.batches) == 111


@pytest.mark.usefixtures("key")
def test_what_the_endpoint_did_not_take_is_another_batch_and_paid_once(tmp_path: Path) -> None:
    asked = requests(2)
    with FakeOpenAI(echo, api_key="right") as server:
        with batches(tmp_path, server, price=PRICE) as refused:
            with pytest.raises(EndpointError, match="does not take the batch"):
                ask(refused, asked)
            found = spent(refused.store)
            assert (found.tokens, found.usd) == (0, 0)
            assert not refused.open()  # nothing that keeps a run without batches from going on
        with batches(tmp_path, server, price=PRICE, api_key_env="BATCH_KEY") as under_way:
            assert ask(under_way, asked) == Collected(2, frozenset(), 0)
            assert len(server.batches) == 1
            (line,) = spend(under_way.store)
            assert line.usd is not None
            assert spent(under_way.store).usd == pytest.approx(line.usd)
            assert line.usd > 0


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH_KEY", "right")


def test_a_batch_whose_creation_got_no_answer_is_looked_for_and_paid_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = requests(2)
    with FakeOpenAI(echo) as server, batches(tmp_path, server, price=PRICE) as under_way:
        create = under_way.transport.sdk.batches.create

        async def lost(**asked: Any) -> Any:
            await create(**asked)
            raise openai.APIConnectionError(request=None)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(under_way.transport.sdk.batches, "create", lost)
            with pytest.raises(EndpointError, match="does not take the batch"):
                ask(under_way, asked)
        assert len(under_way.open()) == 1
        assert finish(under_way) == Collected(2, frozenset(), 0)
        check_each_once(server, under_way, asked)


def most(text: str) -> float:
    """Dollars that a request can cost at most."""
    one = request(text)
    written = one.sampling.max_tokens
    return bound(PRICE, one.text_bytes(), 0, 0, written).usd


def test_a_cap_lets_through_what_fits_and_then_halts(tmp_path: Path) -> None:
    asked = requests(5)
    cap = BudgetRuntime(usd=2.5 * most("row 0"))
    with (
        # Without usage each answer counts as the most it can cost.
        FakeOpenAI(echo, lambda call: NoUsage()) as server,
        batches(tmp_path, server, cap, price=PRICE) as under_way,
    ):
        said: list[str] = []
        under_way.say = said.append
        assert ask(under_way, asked) == Collected(2, frozenset(), 0)
        assert "the budget allows 2 of the calls in this batch" in said
        with pytest.raises(BudgetSpentError, match="budget"):
            ask(under_way, asked)
        assert server.batches == [[r.key for r in asked[:2]]]
        assert spent(under_way.store).usd == pytest.approx(2 * most("row 0"))


def test_a_cap_of_requests_holds(tmp_path: Path) -> None:
    asked = requests(4)
    with (
        FakeOpenAI(echo) as server,
        batches(tmp_path, server, BudgetRuntime(requests=3)) as under_way,
    ):
        assert ask(under_way, asked) == Collected(3, frozenset(), 0)
        with pytest.raises(BudgetSpentError, match="3 of 3 requests"):
            ask(under_way, asked)


def test_where_nothing_fits_nothing_is_submitted(tmp_path: Path) -> None:
    cap = BudgetRuntime(usd=0.9 * most("row 0"))
    with FakeOpenAI(echo) as server, batches(tmp_path, server, cap, price=PRICE) as under_way:
        with pytest.raises(BudgetSpentError):
            ask(under_way, requests(2))
        assert server.batches == []
        assert not under_way.open()
        assert spent(under_way.store) == Spent()


def test_batches_that_are_out_count_at_the_most_they_can_cost(tmp_path: Path) -> None:
    first, second = requests(2), [request("col 0")]
    cap = BudgetRuntime(usd=2.5 * most("row 0"))
    with (
        FakeOpenAI(echo, batch_polls=2) as server,
        batches(tmp_path, server, cap, price=PRICE) as under_way,
    ):
        under_way.stopping = lambda: True
        assert ask(under_way, first) is None
        assert spent(under_way.store).usd == pytest.approx(2 * most("row 0"))
        with pytest.raises(BudgetSpentError):
            ask(under_way, second)
        under_way.stopping = lambda: False
        assert finish(under_way) == Collected(2, frozenset(), 0)
        assert spent(under_way.store).usd < most("row 0")
        assert ask(under_way, second) == Collected(1, frozenset(), 0)


def test_a_stopped_run_leaves_its_batch_and_the_next_one_collects_it(tmp_path: Path) -> None:
    asked = requests(3)
    with FakeOpenAI(echo, batch_polls=3) as server:
        with batches(tmp_path, server, price=PRICE) as stopped:
            stopped.stopping = lambda: True
            assert ask(stopped, asked) is None
            assert spent(stopped.store).requests == 3  # out there, so they count
            assert [state.state for state in stopped.open()] == [files.SUBMITTED]
        with batches(tmp_path, server, price=PRICE) as under_way:
            assert finish(under_way) == Collected(3, frozenset(), 0)
            check_each_once(server, under_way, asked)


def test_another_section_s_batches_are_left_alone(tmp_path: Path) -> None:
    with FakeOpenAI(echo, batch_polls=2) as server, batches(tmp_path, server) as under_way:
        under_way.stopping = lambda: True
        assert ask(under_way, requests(1)) is None
        judge = replace(under_way, section="judge")
        assert judge.open() == []
        assert len(under_way.open()) == 1
