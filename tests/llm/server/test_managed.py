"""A model server's life: started, waited for, started once more, ended. Real processes."""

import os
import re
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import EndpointError, RecipeError
from pipeline.llm.server import managed
from pipeline.llm.server.command import ServerCommand
from pipeline.llm.server.managed import ManagedServer
from tests.fakes.processes import Servers


def command(servers: Servers, *options: str | Path, ready_seconds: float = 60.0) -> ServerCommand:
    text = servers.command(*options)
    return ServerCommand("writer", text, "model-1", "abc", "bfloat16", 2, ready_seconds)


@contextmanager
def managing(tmp_path: Path, told: ServerCommand) -> Iterator[ManagedServer]:
    server = ManagedServer(told, tmp_path / "logs" / "server.log")
    try:
        yield server
    finally:
        server.close()


def kill(server: ManagedServer, servers: Servers) -> None:
    """End the latest start as a crash does, and wait until that is noticed."""
    os.kill(servers.started[-1], signal.SIGKILL)
    while server.running:
        time.sleep(0.01)


def models(server: ManagedServer) -> Any:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{server.base_url}/models", timeout=5) as response:
        return response.read().decode()


def test_it_is_waited_for_until_it_is_healthy(tmp_path: Path, servers: Servers) -> None:
    with managing(tmp_path, command(servers, "--load", "0.5")) as server:
        assert not server.running
        server.up()
        assert server.running
        (born,) = servers.events("started")
        assert time.time() - born["time"] >= 0.5
        assert "model-1" in models(server)
        server.up()
        assert len(servers.started) == 1
    assert servers.gone(2)
    assert servers.events("ended")
    assert not server.running


def test_one_without_a_health_of_its_own_is_ready_when_it_lists_its_models(
    tmp_path: Path, servers: Servers
) -> None:
    with managing(tmp_path, command(servers, "--no-health")) as server:
        server.up()
        assert "model-1" in models(server)


def test_many_threads_start_one_server(tmp_path: Path, servers: Servers) -> None:
    with managing(tmp_path, command(servers)) as server:
        threads = [threading.Thread(target=server.up) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.running
        assert len(servers.started) == 1


def test_a_dead_one_is_started_once_more_on_the_same_port(tmp_path: Path, servers: Servers) -> None:
    with managing(tmp_path, command(servers)) as server:
        server.up()
        address = server.base_url
        kill(server, servers)
        server.up()
        assert server.base_url == address
        assert "model-1" in models(server)
        kill(server, servers)
        told = r"the model server of writer .* died, and once more after it was started anew"
        for _ in range(2):
            with pytest.raises(EndpointError, match=told):
                server.up()
    assert len(servers.started) == 2


def test_one_that_was_healthy_for_long_has_earned_another_start(
    tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with managing(tmp_path, command(servers)) as server:
        for _ in range(3):
            server.up()
            monkeypatch.setattr(managed, "HEALTHY_SECONDS", -1.0)
            kill(server, servers)
        server.up()
        monkeypatch.setattr(managed, "HEALTHY_SECONDS", 1e9)
        kill(server, servers)
        with pytest.raises(EndpointError, match="once more"):
            server.up()
    assert len(servers.started) == 4


def test_one_that_dies_at_its_start_is_told_with_the_end_of_its_log(
    tmp_path: Path, servers: Servers
) -> None:
    log = tmp_path / "logs" / "server.log"
    log.parent.mkdir()
    log.write_text("an old line\n" * 100_000)
    with managing(tmp_path, command(servers, "--fail", "CUDA out of memory")) as server:
        with pytest.raises(EndpointError, match=r"died.*once more") as raised:
            server.up()
        assert len(servers.started) == 2
        with pytest.raises(EndpointError):
            server.up()
        assert len(servers.started) == 2
    message = str(raised.value)
    assert message.endswith("an old line | loading model-1 | CUDA out of memory | loading model-1 "
                            "| CUDA out of memory")  # fmt: skip
    assert str(log) in message


def test_one_that_is_not_ready_in_time_is_ended_and_started_no_more(
    tmp_path: Path, servers: Servers
) -> None:
    slow = command(servers, "--load", "3600", ready_seconds=2.0)
    with managing(tmp_path, slow) as server:
        told = (
            r"was not ready after 2 s \(ready_seconds\): /health was (answered with|not answered)"
        )
        with pytest.raises(EndpointError, match=told):
            server.up()
        assert servers.gone(1)
        before = time.monotonic()
        with pytest.raises(EndpointError, match=told):
            server.up()
        assert time.monotonic() - before < 0.5
    assert len(servers.started) == 1


def test_one_that_says_nothing_is_told_so(tmp_path: Path, servers: Servers) -> None:
    mute = ServerCommand("judge", "sleep 60.{port}", "m", "r", "d", 1, 0.3)
    with (
        managing(tmp_path, mute) as server,
        pytest.raises(EndpointError, match=r"judge \(sleep\).*/health was not answered.*\(empty\)"),
    ):
        server.up()


def test_a_port_that_somebody_took_first_is_left_to_him(
    tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, asked = managed._free_port, []

    def taken_at_first() -> int:
        asked.append(free())
        return holder.getsockname()[1] if len(asked) == 1 else asked[-1]

    monkeypatch.setattr(managed, "_free_port", taken_at_first)
    with socket.socket() as holder, managing(tmp_path, command(servers)) as server:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        server.up()
        assert server.running
        assert server.base_url == f"http://127.0.0.1:{asked[1]}/v1"
    assert len(servers.started) == 2
    assert "address already in use" in (tmp_path / "logs" / "server.log").read_text().lower()


def test_closing_ends_a_start_that_is_under_way(tmp_path: Path, servers: Servers) -> None:
    server = ManagedServer(command(servers, "--load", "3600"), tmp_path / "server.log")
    raised: list[BaseException] = []

    def up() -> None:
        try:
            server.up()
        except EndpointError as error:
            raised.append(error)

    thread = threading.Thread(target=up)
    thread.start()
    while not servers.started:
        time.sleep(0.02)
    before = time.monotonic()
    server.close()
    thread.join()
    assert time.monotonic() - before < 8
    assert re.search("of writer is closed", str(raised[0]))
    assert len(servers.started) == 1
    server.close()


def test_a_stubborn_one_is_killed_with_its_children(tmp_path: Path, servers: Servers) -> None:
    with managing(tmp_path, command(servers, "--ignore-sigterm", "--child")) as server:
        server.up()
    assert servers.gone(1)
    assert not servers.events("ended")


def test_what_cannot_run_here_is_the_recipes_mistake(tmp_path: Path) -> None:
    told = ServerCommand("writer", "no-such-program {port}", "m", "r", "d", 1, 60.0)
    with managing(tmp_path, told) as server, pytest.raises(RecipeError, match="no-such-program"):
        server.up()
    assert not (tmp_path / "logs").exists()
