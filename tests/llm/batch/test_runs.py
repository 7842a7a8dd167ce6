"""Batches against a real server: however they end, each request is answered once."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import BudgetSpentError, EndpointError
from pipeline.llm import session as sessions
from pipeline.llm.asking import Asking
from pipeline.llm.attempts import spend, spent
from pipeline.llm.batch import files, remote, runs
from pipeline.llm.batch.collect import Collected
from pipeline.llm.batch.files import Pending
from pipeline.llm.batch.runs import Batches
from pipeline.llm.request import ChatRequest
from pipeline.recipe import BudgetRuntime, PriceSettings
from tests.fakes.openai_server import Call, FakeOpenAI, Status, Truncated
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


def test_its_lines_are_what_vllm_run_batch_reads(tmp_path: Path) -> None:
    with FakeOpenAI(echo) as server, batches(tmp_path, server) as under_way:
        pending = [Pending(r, "s", "u", under_way.bound(r)) for r in requests(2)]
        (state,) = files.written(under_way.store, "writer", pending, "m", structured=True)
        lines = under_way.store.read(files.request_file(state)).splitlines()
    for line, one in zip(map(json.loads, lines), pending, strict=True):
        assert set(line) == {"custom_id", "method", "url", "body"}
        assert (line["method"], line["url"]) == ("POST", "/v1/chat/completions")
        assert line["custom_id"] == one.request.key
        assert line["body"]["model"] == "m"
        assert line["body"]["response_format"]["type"] == "json_schema"


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


def test_a_batch_with_nothing_but_errors_is_read_too(tmp_path: Path) -> None:
    with (
        FakeOpenAI(echo, batch_script=lambda number: "error_only") as server,
        batches(tmp_path, server) as under_way,
    ):
        done = ask(under_way, requests(3))
        assert done is not None
        assert (done.answered, done.missing) == (0, 3)


def test_a_refused_batch_halts_and_costs_nothing(tmp_path: Path) -> None:
    with (
        FakeOpenAI(echo, batch_script=lambda number: "failed") as server,
        batches(tmp_path, server, price=PRICE) as under_way,
    ):
        with pytest.raises(EndpointError, match="refused batch"):
            ask(under_way, requests(2))
        assert spent(under_way.store).usd == 0
        assert not under_way.open()


def test_a_bad_request_is_not_submitted_again_and_a_broken_one_is(tmp_path: Path) -> None:
    def script(call: Call) -> Status | Truncated | None:
        behaviours: dict[str, Status | Truncated] = {
            "row 0": Status(400),
            "row 1": Status(500),
            "row 2": Truncated("{"),
        }
        return behaviours.get(call.text)

    asked = requests(4)
    with FakeOpenAI(echo, script) as server, batches(tmp_path, server) as under_way:
        done = ask(under_way, asked)
        assert done == Collected(1, frozenset({asked[0].key}), 2)
        assert under_way.responses.find(asked[2].key) is None


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("step", ["announced", "submit", "save", "rows", "finished"])
def test_killed_at_any_step_each_request_is_submitted_and_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    asked = requests(4)
    # The intent is saved in its own module; `replace` makes the state with the endpoint's id.
    place: tuple[Any, str] = {
        "announced": (runs, "announced"),
        "submit": (remote, "submit"),
        "save": (runs, "replace"),
        "rows": (remote, "rows"),
        "finished": (files, "finished"),
    }[step]

    def killed(*_: Any, **__: Any) -> Any:
        raise Killed

    with FakeOpenAI(echo) as server:
        with batches(tmp_path, server, price=PRICE) as first, monkeypatch.context() as patch:
            patch.setattr(place[0], place[1], killed)
            with pytest.raises(Killed):
                ask(first, asked)
        with batches(tmp_path, server, price=PRICE) as under_way:
            assert len(under_way.open()) == 1
            finish(under_way)
            ask(under_way, asked)
            assert all(under_way.responses.find(r.key) for r in asked)
            assert not under_way.open()
            submitted = Counter(key for batch in server.batches for key in batch)
            assert submitted == Counter(r.key for r in asked)
            assert spent(under_way.store).requests == 4
            (line,) = spend(under_way.store)
            assert (line.requests, line.unknown) == (4, 0)


def test_a_cap_lets_through_what_fits_and_then_halts(tmp_path: Path) -> None:
    asked = requests(4)
    with (
        FakeOpenAI(echo) as server,
        batches(tmp_path, server, BudgetRuntime(requests=3)) as under_way,
    ):
        assert ask(under_way, asked) == Collected(3, frozenset(), 0)
        with pytest.raises(BudgetSpentError, match="3 of 3 requests"):
            ask(under_way, asked)


def test_a_stopped_run_leaves_its_batch_and_the_next_one_collects_it(tmp_path: Path) -> None:
    asked = requests(3)
    with FakeOpenAI(echo, batch_polls=3) as server, batches(tmp_path, server) as under_way:
        under_way.stopping = lambda: True
        assert ask(under_way, asked) is None
        assert spent(under_way.store).requests == 3  # out there, so they count
        under_way.stopping = lambda: False
        assert finish(under_way) == Collected(3, frozenset(), 0)
        assert len(server.batches) == 1
