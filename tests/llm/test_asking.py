"""The client against a real server that misbehaves."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from pipeline.errors import EndpointError, HaltedError, StorageError
from pipeline.llm import attempts, responses
from pipeline.llm import session as sessions
from pipeline.llm.asking import Answered, Asking, Unanswered
from pipeline.llm.attempts import spend, spent
from pipeline.llm.journal import lines
from pipeline.llm.request import ChatRequest
from pipeline.llm.responses import Responses
from pipeline.recipe import BudgetRuntime, Runtime
from pipeline.store import Store
from tests.fakes.openai_behaviours import (
    Behaviour,
    Call,
    Content,
    ContentFilter,
    Disconnect,
    Drop,
    Duplicated,
    Garbage,
    NoUsage,
    OtherModel,
    Refusal,
    Script,
    Slow,
    Status,
    Truncated,
    storm,
)
from tests.fakes.openai_server import FakeOpenAI
from tests.llm.asking import (
    Word,
    ask,
    asking,
    echo,
    endpoint,
    lost,
    request,
    text_of,
    word_of,
    words,
)

REPOSITORY = Path(__file__).parents[2]


def first(*behaviours: Behaviour) -> Script:
    """These for the first calls, in order; the normal answer afterwards."""

    def script(call: Call) -> Behaviour | None:
        return behaviours[call.number] if call.number < len(behaviours) else None

    return script


def always(behaviour: Behaviour) -> Script:
    return lambda call: behaviour


def stored(root: Path) -> list[str]:
    """The keys of all answers that are kept."""
    store = Store(root)
    names = store.names(responses.FORM.folder)
    return [record["key"] for n in names for _, _, record in lines(store, responses.FORM, n)]


def test_a_storm_of_429_loses_no_row_and_is_not_made_worse(tmp_path: Path) -> None:
    script = storm(0.3, 1.5, "1")
    with FakeOpenAI(echo, script, latency=0.1) as server:
        with asking(tmp_path, endpoint(server.base_url, in_flight=32)) as client:
            found = ask(client, [request(f"row {i}") for i in range(200)])
        assert words(found) == [f"row {i}" for i in range(200)]
        assert server.answered == 200
        asked = Counter(text_of(call) for call in server.calls)
        assert max(asked.values()) <= 4
        assert server.in_flight_peak <= 32
        # Of 1.2 s of storm, one round of calls may be refused, and a few that try the door.
        assert server.rejected[429] <= 32 + 8


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("retry_after", [None, "0", "0.05"])
def test_any_number_of_429_in_a_row_is_outlasted(tmp_path: Path, retry_after: str | None) -> None:
    refusals = [Status(429, "Rate limit reached", retry_after)] * 4
    with FakeOpenAI(echo, first(*refusals)) as server:
        with asking(tmp_path, endpoint(server.base_url, attempts=1)) as client:
            (found,) = ask(client, [request("a")])
        assert word_of(found) == "a"
        assert found.calls == len(server.calls) == 5


def test_nothing_is_sent_before_the_time_that_a_429_asks_for(tmp_path: Path) -> None:
    with FakeOpenAI(echo, first(Status(429, "", "0.4"))) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            assert words(ask(client, [request("a")])) == ["a"]
        refused, answered = server.calls
        assert 0.39 <= answered.arrived - refused.arrived < 1.5


def test_a_429_that_asks_to_wait_beyond_patience_stops_the_run(tmp_path: Path) -> None:
    with FakeOpenAI(echo, always(Status(429, "Come back tomorrow", "86400"))) as server:
        with (
            asking(tmp_path, endpoint(server.base_url)) as client,
            pytest.raises(EndpointError, match=r"asks to wait 86400 s .*Come back tomorrow"),
        ):
            ask(client, [request("a")])
        assert len(server.calls) == 1


def test_a_429_without_credit_stops_the_run(tmp_path: Path) -> None:
    broke = Status(429, "You exceeded your quota", None, "insufficient_quota")
    with FakeOpenAI(echo, always(broke)) as server:
        with (
            asking(tmp_path, endpoint(server.base_url)) as client,
            pytest.raises(EndpointError, match="no credit left"),
        ):
            ask(client, [request("a")])
        assert len(server.calls) == 1


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "behaviour", [Status(500), Status(503, "", "0"), Status(408), Drop(), Disconnect(), Garbage()]
)
def test_what_breaks_once_is_answered_by_the_next_attempt(
    tmp_path: Path, behaviour: Behaviour
) -> None:
    with FakeOpenAI(echo, first(behaviour)) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            (found,) = ask(client, [request("a")])
        assert word_of(found) == "a"
        assert found.calls == len(server.calls) == 2


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("behaviour", "error_class"),
    [
        (Status(500, "out of memory"), "ServerError"),
        (Garbage(), "ServerError"),
        (Drop(), "ConnectionLost"),
        (Disconnect(), "ConnectionLost"),
    ],
)
def test_what_always_breaks_is_unanswered_after_all_attempts(
    tmp_path: Path, behaviour: Behaviour, error_class: str
) -> None:
    with FakeOpenAI(echo, always(behaviour)) as server:
        with asking(tmp_path, endpoint(server.base_url, attempts=3)) as client:
            (found,) = ask(client, [request("a")])
        row = lost(found)
        assert (row.error_class, row.calls, len(server.calls)) == (error_class, 3, 3)
        assert row.message.endswith("(after 3 calls)")
    assert stored(tmp_path) == []


def test_a_wait_beyond_patience_after_a_5xx_stops_the_run(tmp_path: Path) -> None:
    with FakeOpenAI(echo, always(Status(503, "Maintenance", "86400"))) as server:
        with (
            asking(tmp_path, endpoint(server.base_url)) as client,
            pytest.raises(EndpointError, match=r"asks to wait 86400 s .*Maintenance"),
        ):
            ask(client, [request("a")])
        assert len(server.calls) == 1


@pytest.mark.usefixtures("quick")
def test_a_call_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with FakeOpenAI(echo, always(Slow(30))) as server:
        runtime = endpoint(server.base_url, timeout_seconds=0.1, attempts=2)
        with asking(tmp_path, runtime) as client:
            (found,) = ask(client, [request("a")])
        assert lost(found).error_class == "TimeLimit"
        assert len(server.calls) == 2


@pytest.mark.parametrize(
    ("behaviour", "error_class"),
    [
        (Truncated('{"word": "a"}'), "Truncated"),
        (Refusal("I would rather not."), "Refused"),
        (ContentFilter(), "ContentFiltered"),
        (Content(""), "EmptyReply"),
        (Content(" \n"), "EmptyReply"),
    ],
)
def test_a_reply_that_is_no_complete_answer_is_not_parsed_kept_or_asked_again(
    tmp_path: Path, behaviour: Behaviour, error_class: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.llm.chain.parse", lambda *_: pytest.fail("it was parsed"))
    with FakeOpenAI(echo, always(behaviour)) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            (found,) = ask(client, [request("a")])
        assert lost(found).error_class == error_class
        assert len(server.calls) == 1
    assert stored(tmp_path) == []
    (failed,) = attempts.of_unit(Store(tmp_path), "questions", "a")
    assert failed["error_class"] == error_class
    assert failed["reply"]["choices"]


@pytest.mark.parametrize("bad", ["no JSON at all", '{"other": 1}', "[" * 100_000, "1" * 5000])
def test_a_reply_that_is_not_valid_is_asked_for_once_more(tmp_path: Path, bad: str) -> None:
    with FakeOpenAI(lambda call: '{"word": "b"}', first(Content(bad))) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            (found,) = ask(client, [request("a")])
        assert word_of(found) == "b"
        assert isinstance(found, Answered)
        assert found.calls == len(found.keys) == len(server.calls) == 2
        before, again = (call.body["messages"] for call in server.calls)
        assert again[: len(before)] == before
        reply, told = again[len(before) :]
        assert reply == {"role": "assistant", "content": bad}
        assert told["role"] == "user"
        assert told["content"].startswith("That reply is not valid: ")
        assert ("word: Field required" if "other" in bad else "not JSON") in told["content"]
    assert len(stored(tmp_path)) == 2


@pytest.mark.parametrize(
    ("bad", "error_class"), [("no JSON", "InvalidJson"), ('{"other": 1}', "WrongSchema")]
)
def test_a_reply_that_is_not_valid_twice_is_unanswered(
    tmp_path: Path, bad: str, error_class: str
) -> None:
    with FakeOpenAI(echo, always(Content(bad))) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            (found,) = ask(client, [request("a")])
            assert (lost(found).error_class, lost(found).calls) == (error_class, 2)
            (again,) = ask(client, [request("a")])
            assert (lost(again).error_class, lost(again).calls) == (error_class, 0)
        assert len(server.calls) == 2


@pytest.mark.parametrize("bad", ['{"word": "\\ud800"}', '{"\\ud800": 1}', "\ud800"])
def test_half_a_character_in_a_reply_is_not_valid(tmp_path: Path, bad: str) -> None:
    with FakeOpenAI(echo, always(Content(bad))) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            (found,) = ask(client, [request("a")])
        lost(found).message.encode()
        assert len(server.calls) == 2


def test_half_a_character_in_an_error_leaves_a_log_that_can_be_sealed(tmp_path: Path) -> None:
    script = first(Refusal("\ud800"), Status(400, "\ud800"))
    with (
        FakeOpenAI(echo, script) as server,
        asking(tmp_path, endpoint(server.base_url, in_flight=1)) as client,
    ):
        for row in ask(client, [request("a"), request("b")]):
            lost(row).message.encode()
    (here,) = Store(tmp_path).names("attempts")
    attempts_before = attempts.of_unit(Store(tmp_path), "questions", "a")
    assert here.startswith("journal-")
    sessions.tidy(sessions.Session(tmp_path, Runtime()))
    assert attempts.of_unit(Store(tmp_path), "questions", "a") == attempts_before


def test_an_answer_names_the_model_that_gave_it(tmp_path: Path) -> None:
    with FakeOpenAI(echo, always(OtherModel("another"))) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            (found,) = ask(client, [request("a")])
        assert isinstance(found, Answered)
        assert (found.model, server.calls[0].body["model"]) == ("another", "fake")


def test_the_first_of_several_choices_counts(tmp_path: Path) -> None:
    with FakeOpenAI(echo, always(Duplicated(3))) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            found = ask(client, [request("a")])
        assert words(found) == ["a"]


def test_a_call_whose_tokens_nobody_counted_costs_the_most_it_can(tmp_path: Path) -> None:
    with FakeOpenAI(echo, always(NoUsage())) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            (found,) = ask(client, [request("a")])
            most = client.calls.bound(request("a"))
        assert (found.tokens.given, found.tokens.written) == (0, 0)
    assert spent(Store(tmp_path)).tokens == most.tokens > 100


@pytest.mark.parametrize(
    ("message", "error_class"),
    [
        ("'seed' is not supported", "BadRequest"),
        ("This model's maximum context length is 4096 tokens", "ContextTooLong"),
    ],
)
def test_a_request_that_the_endpoint_does_not_take_is_sent_once(
    tmp_path: Path, message: str, error_class: str
) -> None:
    with FakeOpenAI(echo, first(Status(400, message))) as server:
        with asking(tmp_path, endpoint(server.base_url, in_flight=1)) as client:
            bad, good = ask(client, [request("a"), request("b")])
        assert lost(bad).error_class == error_class
        assert message in lost(bad).message
        assert word_of(good) == "b"
        assert len(server.calls) == 2


@pytest.mark.parametrize("code", [401, 403, 404])
def test_a_refused_key_or_model_stops_the_run(tmp_path: Path, code: int) -> None:
    with FakeOpenAI(echo, always(Status(code))) as server:
        with asking(tmp_path, endpoint(server.base_url, in_flight=2)) as client:
            found = gathered(client, [request(f"row {i}") for i in range(20)])
        assert all(isinstance(f, EndpointError) and isinstance(f, HaltedError) for f in found)
        # Each of the two in flight may let one more through before the run stops.
        assert len(server.calls) <= 4


def test_an_endpoint_without_json_schema_is_told_the_schema_in_words(tmp_path: Path) -> None:
    with FakeOpenAI(echo, json_schema=False) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            assert words(ask(client, [request("a")])) == ["a"]
            assert words(ask(client, [request("b"), request("c")])) == ["b", "c"]
        refused, *answered = [call.body for call in server.calls]
        assert "response_format" in refused
        assert len(answered) == 3
        for body in answered:
            assert "response_format" not in body
            assert '"required":["word"]' in str(body["messages"])


@pytest.mark.parametrize("structured", ["prompt", "json_schema"])
def test_the_recipe_may_say_how_the_schema_is_told(tmp_path: Path, structured: str) -> None:
    with FakeOpenAI(echo, json_schema=structured == "json_schema") as server:
        with asking(tmp_path, endpoint(server.base_url, structured=structured)) as client:
            assert words(ask(client, [request("a")])) == ["a"]
        (call,) = server.calls
        assert ("response_format" in call.body) == (structured == "json_schema")


def test_an_endpoint_that_must_take_json_schema_and_does_not_fails_the_row(tmp_path: Path) -> None:
    with FakeOpenAI(echo, json_schema=False) as server:
        with asking(tmp_path, endpoint(server.base_url, structured="json_schema")) as client:
            (found,) = ask(client, [request("a")])
        assert lost(found).error_class == "BadRequest"
        assert len(server.calls) == 1


def test_two_that_ask_the_same_at_once_share_a_call(tmp_path: Path) -> None:
    with FakeOpenAI(echo, latency=0.05) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            found = ask(client, [request("a"), request("a")])
        assert words(found) == ["a", "a"]
        assert len(server.calls) == sum(row.calls for row in found) == 1


def test_two_that_share_a_failed_call_count_it_once(tmp_path: Path) -> None:
    with FakeOpenAI(echo, always(Truncated("{")), latency=0.05) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            found = ask(client, [request("a"), request("a")])
        assert [lost(row).error_class for row in found] == ["Truncated"] * 2
        assert len(server.calls) == sum(row.calls for row in found) == 1
        assert sum(row.tokens.given for row in found) == spend(Store(tmp_path))[0].tokens_in


def test_what_is_stored_is_not_asked_again(tmp_path: Path) -> None:
    with FakeOpenAI(echo) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            before = ask(client, [request("a"), request("b")])
        sessions.tidy(sessions.Session(tmp_path, Runtime()))
        other = endpoint(server.base_url + "/other", timeout_seconds=1, in_flight=1)
        with asking(tmp_path, other) as client:
            again = ask(client, [request("a"), request("b")])
        assert words(again) == words(before)
        assert [(row.calls, row.usd) for row in again] == [(0, 0.0)] * 2
        assert len(server.calls) == 2


class Shouted(BaseModel):
    """Another reading of the same reply."""

    word: int | str


def test_another_parser_reads_what_is_stored(tmp_path: Path) -> None:
    with FakeOpenAI(echo) as server:
        with asking(tmp_path, endpoint(server.base_url)) as client:
            ask(client, [request("a")])
        with asking(tmp_path, endpoint(server.base_url)) as client:
            found = sessions.run(client.ask(request("a"), Shouted, {}, "questions", "a"))
        assert isinstance(found, Answered)
        assert found.data == Shouted(word="a")
        assert len(server.calls) == 1


def test_a_full_disk_stops_every_row_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, data: bytes) -> int:
        raise OSError(28, "no space left on device")

    with FakeOpenAI(echo) as server:
        with asking(tmp_path, endpoint(server.base_url, in_flight=2)) as client:
            with monkeypatch.context() as patch:
                patch.setattr("pipeline.llm.journal.os.write", full)
                found = gathered(client, [request(f"row {i}") for i in range(10)])
            after = ask(client, [request("a")])
        assert all(isinstance(f, StorageError) for f in found)
        assert all("the disk is full: free some space" in str(f) for f in found)
        assert words(after) == ["a"]
        assert len(server.calls) == 1


def test_a_budget_counts_what_earlier_runs_spent(tmp_path: Path) -> None:
    with FakeOpenAI(echo) as server:
        for texts in (["a", "b"], ["c", "d"]):
            budget = BudgetRuntime(requests=3)
            with asking(tmp_path, endpoint(server.base_url, in_flight=1), budget) as client:
                found = gathered(client, [request(text) for text in texts])
        kept, stopped = found
        assert isinstance(kept, Answered)
        assert isinstance(stopped, HaltedError)
        assert "3 of 3 requests" in str(stopped)
        assert len(server.calls) == 3


def gathered(
    client: Asking, requests: Sequence[ChatRequest]
) -> list[Answered | Unanswered | BaseException]:
    """As `ask`, with exceptions in the rows that raised them; no row may hang."""

    async def everything() -> list[Answered | Unanswered | BaseException]:
        rows = (client.ask(r, Word, {}, "questions", r.user) for r in requests)
        async with asyncio.timeout(10):
            return await asyncio.gather(*rows, return_exceptions=True)

    return sessions.run(everything())


@settings(max_examples=15, deadline=None)
@given(after=st.integers(0, 12), in_flight=st.integers(1, 5), tidied=st.booleans())
def test_a_run_abandoned_anywhere_asks_only_what_has_no_answer(
    after: int, in_flight: int, tidied: bool
) -> None:
    requests = [request(f"row {i}") for i in range(12)]
    with tempfile.TemporaryDirectory() as folder, FakeOpenAI(echo, latency=0.005) as server:
        root = Path(folder)
        runtime = endpoint(server.base_url, in_flight=in_flight)
        with asking(root, runtime) as client:
            abandon(client, requests, lambda: server.answered >= after)
        time.sleep(0.02)  # what is on the wire arrives
        kept, before = set(stored(root)), len(server.calls)
        if tidied:
            sessions.tidy(sessions.Session(root, Runtime()))
        with asking(root, runtime) as client:
            assert words(ask(client, requests)) == [r.user for r in requests]
        again = sorted(text_of(call) for call in server.calls[before:])
        assert again == sorted(r.user for r in requests if r.key not in kept)
        # Only what was in flight was asked twice.
        assert before - len(kept) <= in_flight
        counted = spent(Store(root)).requests
        assert len(server.calls) <= counted <= len(kept) + in_flight + len(again)


def abandon(client: Asking, requests: Sequence[ChatRequest], when: Callable[[], bool]) -> None:
    async def everything() -> None:
        rows = [asyncio.create_task(client.ask(r, Word, {}, "questions", r.user)) for r in requests]
        while not when() and not all(row.done() for row in rows):
            await asyncio.sleep(0.001)
        for row in rows:
            row.cancel()
        await asyncio.gather(*rows, return_exceptions=True)

    sessions.run(everything())


CHILD = """
import sys
from pathlib import Path
from tests.llm.asking import ask, asking, endpoint, request

with asking(Path(sys.argv[1]), endpoint(sys.argv[2], in_flight=3)) as client:
    ask(client, [request(f"row {i}") for i in range(20)])
"""


def test_a_killed_process_loses_only_what_was_in_flight(tmp_path: Path) -> None:
    victim: list[int] = []

    def killing(call: Call) -> Behaviour | None:
        if call.number == 8:
            os.kill(victim[0], signal.SIGKILL)
        return None

    with FakeOpenAI(echo, killing, latency=0.01) as server:
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path), server.base_url], cwd=REPOSITORY
        )
        victim.append(child.pid)
        assert child.wait() == -signal.SIGKILL
        kept = set(stored(tmp_path))
        assert 5 <= len(kept) <= 8
        (left,) = spend(Store(tmp_path))
        assert 1 <= left.unknown <= 3
        assert 0 <= left.requests - left.unknown - len(kept) <= 1
        requests = [request(f"row {i}") for i in range(20)]
        with asking(tmp_path, endpoint(server.base_url, in_flight=3)) as client:
            assert words(ask(client, requests)) == [r.user for r in requests]
        twice = Counter(text_of(call) for call in server.calls)
        assert {r.user for r in requests if r.key in kept} <= {
            t for t, n in twice.items() if n == 1
        }
        assert len(server.calls) <= 20 + 3
    assert set(Responses(Store(tmp_path))._recent) == {bytes.fromhex(r.key) for r in requests}
