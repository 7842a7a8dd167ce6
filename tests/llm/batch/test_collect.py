"""What comes of a batch's lines, whatever an endpoint's files hold."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.llm.attempts import Attempts, of_unit, spend, spent
from pipeline.llm.batch.collect import Collected, announced, collect, withdrawn
from pipeline.llm.batch.files import Line
from pipeline.llm.responses import Responses, Stored
from pipeline.recipe import PriceSettings
from pipeline.store import Store

PRICE = PriceSettings.model_validate({"input": 1000.0, "output": 2000.0, "as_of": "2026-11-01"})
KEYS = [f"{i:032x}" for i in range(4)]
LINES = {
    key: Line(key, "questions", f"u{i}", "fake", 500, 1.0, [{"role": "user", "content": "?"}])
    for i, key in enumerate(KEYS)
}


class Taker:
    """The store and the log of one process that collects a batch."""

    def __init__(self, root: Path) -> None:
        self.store = Store(root)
        self.responses, self.log = Responses(self.store), Attempts(self.store)

    def take(self, *rows: Mapping[str, Any], keys: Sequence[str] = KEYS) -> Collected:
        lines = {key: LINES[key] for key in keys}
        announced(self.log, "b", lines.values())
        return collect("b", lines, rows, self.responses, self.log, PRICE, 1.0)

    def spent(self) -> tuple[int, int, float]:
        """Requests, tokens and dollars."""
        found = spent(self.store)
        return found.requests, found.tokens, round(found.usd, 9)

    def error(self, unit: str) -> tuple[str, str]:
        (record,) = of_unit(self.store, "questions", unit)
        return record["error_class"], record["message"]


@pytest.fixture
def taker(tmp_path: Path) -> Iterator[Taker]:
    made = Taker(tmp_path)
    yield made
    made.responses.close()
    made.log.close()


def body(content: str | None = "yes", reason: str = "stop", **changes: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": reason}
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return {"model": "m", "choices": [choice], "usage": usage, **changes}


def row(key: str, answer: Any, status: Any = 200, error: Any = None) -> dict[str, Any]:
    response = {"status_code": status, "request_id": "r", "body": answer}
    return {"id": "x", "custom_id": key, "response": response, "error": error}


def test_answers_are_stored_in_whatever_order_they_come(taker: Taker) -> None:
    rows = [row(key, body(f"for {key}")) for key in reversed(KEYS)]
    assert taker.take(*rows) == Collected(4, frozenset(), 0)
    for i, key in enumerate(KEYS):
        stored = taker.responses.find(key)
        assert stored is not None
        assert (stored.unit, stored.via) == (f"u{i}", "batch")
        assert stored.response == body(f"for {key}")
        assert stored.cost_usd == pytest.approx(0.06)
    assert taker.spent() == (4, 440, 0.24)


def test_what_is_in_no_file_was_not_done_and_costs_nothing(taker: Taker) -> None:
    assert taker.take(row(KEYS[0], body())) == Collected(1, frozenset(), 3)
    assert taker.spent() == (4, 110, 0.06)
    assert taker.error("u3") == ("BatchLine", "the batch ended without this line")


def test_rows_that_were_not_asked_for_or_come_twice_are_passed_over(taker: Taker) -> None:
    rows = [row("f" * 32, body()), row(KEYS[0], body("first")), row(KEYS[0], body("second"))]
    assert taker.take(*rows, keys=KEYS[:1]) == Collected(1, frozenset(), 0)
    stored = taker.responses.find(KEYS[0])
    assert stored is not None
    assert stored.response == body("first")
    assert "f" * 32 not in taker.responses


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_a_request_at_fault_is_told_from_the_rest(taker: Taker, status: int) -> None:
    said = {"error": {"message": "too long"}}
    assert taker.take(row(KEYS[0], said, status), keys=KEYS[:1]).failed == {KEYS[0]}
    assert taker.error("u0") == ("BatchLine", "too long")
    assert taker.spent() == (1, 0, 0.0)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
def test_what_may_go_better_next_time_is_missing(taker: Taker, status: int) -> None:
    done = taker.take(row(KEYS[0], {"error": {"message": "busy"}}, status), keys=KEYS[:1])
    assert done == Collected(0, frozenset(), 1)


@pytest.mark.parametrize(
    ("incomplete", "error_class"),
    [
        (body('{"cut', "length"), "Truncated"),
        (body("", "content_filter"), "ContentFiltered"),
        (body(None), "EmptyReply"),
    ],
)
def test_an_incomplete_answer_is_paid_logged_whole_and_not_asked_for_again(
    taker: Taker, incomplete: dict[str, Any], error_class: str
) -> None:
    done = taker.take(row(KEYS[0], incomplete), keys=KEYS[:1])
    assert done == Collected(0, frozenset(KEYS[:1]), 0)
    assert taker.responses.find(KEYS[0]) is None
    (record,) = of_unit(taker.store, "questions", "u0")
    assert record["error_class"] == error_class
    assert record["reply"] == incomplete
    assert record["request"] == LINES[KEYS[0]].request
    assert taker.spent() == (1, 110, 0.06)


def test_an_answer_without_usage_counts_as_the_most_it_can_cost(taker: Taker) -> None:
    assert taker.take(row(KEYS[0], body(usage=None)), keys=KEYS[:1]).answered == 1
    assert taker.spent() == (1, 500, 1.0)


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (row(KEYS[0], {"choices": [None]}), "no answer"),
        (row(KEYS[0], {"choices": [{"message": "hello"}]}), "no answer"),
        (row(KEYS[0], {"choices": {}}), "no answer"),
        (row(KEYS[0], "a page" + 1000 * "."), "a page" + 394 * "."),
        (row(KEYS[0], {"error": "not found"}, 500), "not found"),
        (row(KEYS[0], None, 500, {"code": "server_error", "message": None}), "server_error"),
        (row(KEYS[0], None, 500, "it broke"), "it broke"),
        (row(KEYS[0], None, 500, "half of \ud83d"), "half of ?"),
        # As vllm run-batch writes it.
        (row(KEYS[0], None, 500, {"error": {"message": "too long", "code": 400}}), "too long"),
        (row(KEYS[0], {"error": {"error": {}}}, 500), "no answer"),
        ({"custom_id": KEYS[0], "response": "gone", "error": None}, "no answer"),
        ({"custom_id": KEYS[0]}, "no answer"),
    ],
)
def test_one_odd_line_does_not_keep_the_others_from_being_collected(
    taker: Taker, odd: dict[str, Any], message: str
) -> None:
    assert taker.take(odd, row(KEYS[1], body()), keys=KEYS[:2]) == Collected(1, frozenset(), 1)
    assert taker.error("u0") == ("BatchLine", message)


def test_collected_twice_each_line_counts_once(taker: Taker, tmp_path: Path) -> None:
    rows = [row(KEYS[0], body()), row(KEYS[1], body("{", "length")), row(KEYS[2], None, 500)]
    first = taker.take(*rows)
    again = Taker(tmp_path)
    assert again.take(*rows) == first
    assert taker.spent() == (4, 220, 0.12)
    (line,) = spend(taker.store)
    assert (line.requests, line.failed, line.unknown) == (4, 3, 0)
    again.responses.close()
    again.log.close()


def test_a_line_that_was_answered_elsewhere_meanwhile_is_paid_and_no_longer_open(
    taker: Taker,
) -> None:
    line = LINES[KEYS[0]]
    other = Stored(KEYS[0], "questions", "u0", "fake", "online", 1.0, None, line.request, body("a"))
    taker.responses.add(other)
    assert taker.take(row(KEYS[0], body("b")), keys=KEYS[:1]).answered == 1
    assert taker.responses.find(KEYS[0]) == other
    assert taker.spent() == (1, 110, 0.06)


def test_what_could_not_be_submitted_costs_nothing(taker: Taker) -> None:
    announced(taker.log, "b", LINES.values())
    assert taker.spent() == (4, 2000, 4.0)
    withdrawn(taker.log, "b", LINES.values())
    assert taker.spent() == (4, 0, 0.0)
