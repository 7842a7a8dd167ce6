"""Calls to a server that the process started itself, over real processes."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import EndpointError, HaltedError, RecipeError
from pipeline.llm import session as sessions
from pipeline.llm.asking import Answered, Asking
from pipeline.llm.attempts import spend, spent
from pipeline.llm.responses import Responses
from pipeline.llm.session import Section, Session
from pipeline.recipe import BudgetRuntime, EndpointRuntime, EndpointWriterSettings, Runtime
from pipeline.store import Store
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.processes import Servers
from tests.llm.asking import SETTINGS, Word, ask, echo, endpoint, request, words

OWN = EndpointWriterSettings(kind="server", model="fake")
MANY = [f"w{i}" for i in range(40)]


@contextmanager
def session(root: Path, **runtime: Any) -> Iterator[Session]:
    told = Session(root, Runtime(**runtime), name=uuid.uuid4().hex)
    try:
        yield told
    finally:
        sessions.close(told)


def own(command: str, **settings: Any) -> EndpointRuntime:
    return EndpointRuntime(command=command, **settings)


def say(client: Asking, *texts: str) -> list[str]:
    return words(ask(client, [request(text) for text in texts]))


def test_a_server_is_started_for_the_first_call_and_ended_with_the_session(
    tmp_path: Path, servers: Servers
) -> None:
    with session(tmp_path, writer=own(servers.command("--words"))) as told:
        assert not servers.started
        assert say(told.asking("writer", OWN), "a", "b") == ["a", "b"]
        assert say(told.asking("writer", OWN), "c") == ["c"]
        (log,) = (tmp_path / "logs").iterdir()
        assert re.fullmatch(rf"server-writer-.*-{os.getpid()}\.log", log.name)
    assert servers.gone(2)
    assert len(servers.started) == 1
    assert {call["model"] for call in servers.events("called")} == {"fake"}


def test_its_calls_cost_no_budget_and_are_shown_all_the_same(
    tmp_path: Path, servers: Servers
) -> None:
    runtime = {"writer": own(servers.command("--words")), "budget": BudgetRuntime(requests=1)}
    with FakeOpenAI(echo) as elsewhere:
        with session(tmp_path, **runtime, judge=endpoint(elsewhere.base_url)) as told:
            assert say(told.asking("writer", OWN), *MANY) == MANY
            assert say(told.asking("judge", SETTINGS), "x") == ["x"]
            with pytest.raises(HaltedError, match="1 of 1 requests"):
                say(told.asking("judge", SETTINGS), "y")
            assert say(told.asking("writer", OWN), "z") == ["z"]
        store = Store(tmp_path)
        assert spent(store).requests == 1
        (line,) = spend(store)
        assert (line.requests, line.usd) == (len(MANY) + 2, None)


def test_one_that_dies_in_the_middle_is_started_anew_and_every_call_is_answered(
    tmp_path: Path, servers: Servers, quick: None
) -> None:
    command = servers.command(
        "--words", "--delay", "0.05", "--die-after", "20", "--once", tmp_path / "died"
    )
    with session(tmp_path, writer=own(command, in_flight=8)) as told:
        assert say(told.asking("writer", OWN), *MANY) == MANY
    first, second = servers.events("started")
    assert first["port"] == second["port"]
    lives = {call["pid"] for call in servers.events("called")}
    assert lives == {first["pid"], second["pid"]}
    assert len(servers.events("called")) <= len(MANY) + 8


def test_one_that_dies_twice_halts_the_run_and_what_was_answered_is_kept(
    tmp_path: Path, servers: Servers, quick: None
) -> None:
    command = servers.command("--words", "--delay", "0.02", "--die-after", "20")
    with session(tmp_path, writer=own(command, in_flight=8)) as told:
        client = told.asking("writer", OWN)
        told_why = r"model server of writer .* died, and once more .* its log .*logs/server-writer"

        async def everything() -> list[object]:
            asked = (client.ask(request(t), Word, {}, "questions", t) for t in [*MANY, *"abcdefgh"])
            return list(await asyncio.gather(*asked, return_exceptions=True))

        ended = sessions.run(everything())
        answered = [end for end in ended if isinstance(end, Answered)]
        halted = [end for end in ended if isinstance(end, EndpointError)]
        assert len(answered) + len(halted) == len(ended)
        assert len(answered) >= 2 * (20 - 8)
        assert halted
        assert re.search(told_why, str(halted[0]))
        with pytest.raises(HaltedError, match=told_why):
            say(told.asking("writer", OWN), "another")
    stored = Responses(Store(tmp_path))
    assert sum(request(text).key in stored for text in [*MANY, *"abcdefgh"]) == len(answered)
    assert len(servers.started) == 2


def test_one_that_cannot_start_halts_the_run(tmp_path: Path, servers: Servers) -> None:
    command = servers.command("--fail", "no such model")
    with session(tmp_path, writer=own(command)) as told:
        for _ in range(2):
            with pytest.raises(HaltedError, match="no such model"):
                say(told.asking("writer", OWN), "a")
    assert len(servers.started) == 2


def test_a_command_that_cannot_run_is_the_recipes_mistake(tmp_path: Path) -> None:
    with (
        session(tmp_path, writer=own("no-such-program {port}")) as told,
        pytest.raises(RecipeError, match=r"writer\.command"),
    ):
        told.asking("writer", OWN)


def test_one_that_dies_between_two_stages_is_there_for_the_next(
    tmp_path: Path, servers: Servers, quick: None
) -> None:
    with session(tmp_path, writer=own(servers.command("--words"))) as told:
        assert say(told.asking("writer", OWN), "a") == ["a"]
        os.kill(servers.started[0], signal.SIGKILL)
        time.sleep(0.3)
        assert say(told.asking("writer", OWN), "b") == ["b"]
    assert len(servers.started) == 2


@pytest.mark.parametrize(
    ("judge", "model", "starts"),
    [(None, "fake", 1), ("same", "fake", 1), (None, "other", 2), ("other", "fake", 2)],
)
def test_one_server_at_a_time_and_the_same_one_for_the_same_command(
    tmp_path: Path, servers: Servers, judge: str | None, model: str, starts: int
) -> None:
    command = servers.command("--words")
    theirs = servers.command("--words", "--note", "other") if judge == "other" else command
    runtime = {"writer": own(command), "judge": own(theirs) if judge else EndpointRuntime()}
    asked: list[tuple[Section, EndpointWriterSettings]] = [
        ("writer", OWN),
        ("judge", OWN.model_copy(update={"model": model})),
    ]
    with session(tmp_path, **runtime) as told:
        for section, settings in asked:
            assert say(told.asking(section, settings), section) == [section]
        ended = servers.events("ended")
    born = servers.events("started")
    assert len(born) == starts
    assert [call["model"] for call in servers.events("called")] == ["fake", model]
    if starts == 2:
        assert [event["pid"] for event in ended] == [born[0]["pid"]]
        assert ended[0]["time"] <= born[1]["time"]


def test_going_back_to_a_section_starts_its_server_again(tmp_path: Path, servers: Servers) -> None:
    other = servers.command("--words", "--note", "other")
    with session(tmp_path, writer=own(servers.command("--words")), judge=own(other)) as told:
        sections: tuple[Section, ...] = ("writer", "judge", "writer")
        for section, text in zip(sections, "abc", strict=True):
            assert say(told.asking(section, OWN), text) == [text]
    assert len(servers.started) == 3


def test_no_proxy_stands_between_a_process_and_its_own_server(
    tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with session(tmp_path, writer=own(servers.command("--words"))) as told:
        assert say(told.asking("writer", OWN), "a") == ["a"]
    (born,) = servers.events("started")
    assert born["environment"] == {"HTTP_PROXY": "http://127.0.0.1:9"}, "it may need it for weights"


def test_a_server_whose_worker_is_killed_is_gone_in_seconds(
    tmp_path: Path, servers: Servers
) -> None:
    command = servers.command("--words", "--child")
    worker = f"""
import time
from pathlib import Path
from tests.llm.server.test_calls import OWN, own, say, session
with session(Path({str(tmp_path)!r}), writer=own({command!r})) as told:
    print(say(told.asking("writer", OWN), "a"), flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", worker], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"['a']\n"
        process.kill()
    assert servers.gone(5), servers.left
    assert servers.events("ended"), "it got its SIGTERM first"
