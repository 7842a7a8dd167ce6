"""The guard, which ends a server with its whole process group however the worker goes."""

import os
import signal
import subprocess
import sys
import time

import pytest

from pipeline.llm.server import guard
from tests.fakes.processes import Servers

GRACE = "0.5"


def guarded(*command: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, guard.__file__, GRACE, *command],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def server(servers: Servers, *options: str) -> "subprocess.Popen[bytes]":
    """A guard over a server that has started."""
    told = servers.command(*options).format(port=0, model="m").split()
    process = guarded(*told)
    for kind in ["started", "child"] if "--child" in options else ["started"]:
        while not servers.events(kind):
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
    return process


def end(process: "subprocess.Popen[bytes]") -> int:
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.close()
    process.stderr.close()
    return process.wait(10)


def test_a_server_ends_when_nobody_holds_the_other_end(servers: Servers) -> None:
    assert end(server(servers, "--child")) == 0
    assert servers.gone(2)
    assert servers.events("ended")


def test_one_that_ignores_sigterm_is_killed_after_the_grace(servers: Servers) -> None:
    process = server(servers, "--ignore-sigterm", "--child")
    time.sleep(0.2)  # it says that it started before it ignores anything
    before = time.monotonic()
    assert end(process) == 128 + signal.SIGKILL
    assert time.monotonic() - before >= float(GRACE)
    assert servers.gone(2)
    assert not servers.events("ended")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_guard_that_is_ended_ends_the_server_and_its_children(
    servers: Servers, number: int
) -> None:
    process = server(servers, "--child")
    os.kill(process.pid, number)
    assert servers.gone(5), servers.left
    end(process)


def test_what_a_dead_server_leaves_behind_goes_with_it(servers: Servers) -> None:
    process = server(servers, "--child")
    (pid,) = servers.started
    os.kill(pid, signal.SIGKILL)
    assert process.wait(10) == 128 + signal.SIGKILL
    assert servers.gone(2)
    end(process)


def test_the_status_is_the_commands_own() -> None:
    assert end(guarded("sh", "-c", "exit 7")) == 7


def test_a_command_that_cannot_start_is_told() -> None:
    process = guarded("/no/such/program")
    assert process.wait(10) == 127
    assert process.stderr is not None
    assert b"cannot start /no/such/program: No such file or directory" in process.stderr.read()
    end(process)
