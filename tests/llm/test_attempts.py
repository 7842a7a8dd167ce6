"""What calls cost is what their log says, whichever of its lines got onto the disk."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.llm import attempts
from pipeline.llm.attempts import FORM, Asked, Attempts, End, of_unit, spend, spent
from pipeline.llm.budget import Spent
from pipeline.llm.journal import tidy
from pipeline.llm.price import Bound, Tokens
from pipeline.recipe import PriceSettings
from pipeline.store import Store
from tests.fakes.openai_behaviours import Behaviour, Call, Status, Truncated
from tests.fakes.openai_server import FakeOpenAI
from tests.llm.asking import ask, asking, echo, endpoint, request

ASKED = Asked("questions", "u", "00" * 16, "fake")
MOST = Bound(1000, 0.5)
ANSWER = End(Bound(30, 0.125), Tokens(20, 5, 10), 0.125, 2.0)
FAILURE = End(Bound(7, 0.25), Tokens(6, 0, 1), 0.25, 1.0, "Truncated", "cut off", [], {})
PRICE = PriceSettings.model_validate({"input": 1, "output": 2, "as_of": "2026-01-01"})


def test_failed_calls_count_too(tmp_path: Path) -> None:
    log = Attempts(Store(tmp_path))
    for end in (ANSWER, FAILURE, ANSWER):
        log.ended(log.sent(ASKED, MOST, 1.0), ASKED, end, 2.0)
    log.close()
    assert spent(Store(tmp_path)) == Spent(3, 67, 0.5)
    (total,) = spend(Store(tmp_path))
    assert (total.requests, total.failed, total.unknown) == (3, 1, 0)
    assert (total.tokens_in, total.tokens_cached, total.tokens_out) == (46, 10, 21)
    assert (total.usd, total.unknown_usd, total.seconds) == (0.5, 0.0, 5.0)


def test_a_call_without_an_end_counts_as_the_most_it_can_cost(tmp_path: Path) -> None:
    log = Attempts(Store(tmp_path))
    log.ended(log.sent(ASKED, MOST, 1.0), ASKED, ANSWER, 2.0)
    log.sent(ASKED, MOST, 3.0)
    log.close()
    for _ in range(2):
        assert spent(Store(tmp_path)) == Spent(2, 1030, 0.625)
        (total,) = spend(Store(tmp_path))
        assert (total.requests, total.unknown) == (2, 1)
        assert (total.usd, total.unknown_usd) == (0.125, 0.5)
        tidy(Store(tmp_path), [FORM])


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_events_of_a_call_count_once_in_whichever_files_they_lie(data: st.DataObject) -> None:
    ended = data.draw(st.lists(st.booleans(), max_size=8))
    events = [(i, False) for i in range(len(ended))] + [(i, True) for i, e in enumerate(ended) if e]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        logs = [Attempts(store) for _ in range(3)]
        for call, end in data.draw(st.permutations(events)):
            log = data.draw(st.sampled_from(logs))
            if end:
                log.ended(f"call {call}", ASKED, ANSWER, 2.0)
            else:
                log.sent(ASKED, MOST, 1.0, f"call {call}")
        for log in logs:
            log.close()
        if data.draw(st.booleans()):
            tidy(store, [FORM])
        done, left = sum(ended), len(ended) - sum(ended)
        expected = Spent(len(ended), 30 * done + 1000 * left, 0.125 * done + 0.5 * left)
        assert spent(store) == expected
        assert sum(s.requests for s in spend(store)) == len(ended)
        assert sum(s.unknown for s in spend(store)) == left


def test_stages_and_models_are_told_apart(tmp_path: Path) -> None:
    log = Attempts(Store(tmp_path))
    names = [("verdicts", "a"), ("questions", "b"), ("questions", "a")]
    for stage, label in names:
        asked = Asked(stage, "u", "00" * 16, label)
        log.ended(log.sent(asked, MOST, 1.0), asked, ANSWER, 2.0)
    log.close()
    assert [(s.stage, s.label, s.requests) for s in spend(Store(tmp_path))] == [
        (stage, label, 1) for stage, label in sorted(names)
    ]


def test_nothing_was_spent_where_nothing_was_asked(tmp_path: Path) -> None:
    assert spent(Store(tmp_path)) == Spent()
    assert spend(Store(tmp_path)) == []


@pytest.mark.usefixtures("quick")
def test_what_was_asked_again_is_in_the_log_and_in_the_sum(tmp_path: Path) -> None:
    script: list[Behaviour | None] = [Status(500), Status(429, "", "0"), None, Truncated("{")]
    with FakeOpenAI(echo, lambda call: script[call.number]) as server:
        runtime = endpoint(server.base_url, in_flight=1, price=PRICE)
        with asking(tmp_path, runtime) as client:
            good, cut = ask(client, [request("a")]) + ask(client, [request("b")])
    store = Store(tmp_path)
    (total,) = spend(store)
    assert (total.requests, total.failed, total.unknown) == (4, 3, 0)
    assert good.calls + cut.calls == 4
    assert total.usd == pytest.approx(good.usd + cut.usd)
    assert total.tokens_out > 0
    assert spent(store).requests == 4
    assert spent(store).tokens == total.tokens_in + total.tokens_out
    failures = [r["error_class"] for r in of_unit(store, "questions", "a")]
    assert failures == ["ServerError", "RateLimited"]
    (failure,) = of_unit(store, "questions", "b")
    assert failure["error_class"] == "Truncated"


def test_a_call_is_in_the_log_before_it_is_sent(tmp_path: Path) -> None:
    seen: list[int] = []

    def look(call: Call) -> None:
        seen.append(spent(Store(tmp_path)).requests)

    with (
        FakeOpenAI(echo, look) as server,
        asking(tmp_path, endpoint(server.base_url, in_flight=1)) as client,
    ):
        ask(client, [request("a"), request("b")])
    assert seen == [1, 2]
    assert attempts.spend(Store(tmp_path))[0].unknown == 0
