"""Isolation: a planted crash, hang or allocation is a value, and the next call works."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.media.isolation import Isolation
from pipeline.outcome import Failed


def echo(value: object) -> object:
    return value


def pid() -> int:
    return os.getpid()


def crash(number: int) -> None:
    os.write(2, b"the decoder's last words\n")
    os.kill(os.getpid(), number)


def abort() -> None:
    os.abort()


def leave(code: int) -> None:
    os._exit(code)


def hang() -> None:
    time.sleep(3600)


def allocate(megabytes: int) -> int:
    return int(np.ones(megabytes << 20, np.uint8).sum())


def chatter() -> int:
    return os.write(1, b"noise on standard output\n" * 1000) + os.write(2, b"noise\n" * 1000)


def bug() -> None:
    raise KeyError("a bug of ours")


@pytest.fixture
def isolation() -> Iterator[Isolation]:
    with Isolation(timeout_seconds=20, memory_mb=200) as isolation:
        yield isolation


def test_values_come_back(isolation: Isolation) -> None:
    blob = bytes(5 << 20)
    assert isolation.call(echo, [1, "two", blob]) == [1, "two", blob]
    assert isolation.call(pid) == isolation.call(pid) != os.getpid()


def test_output_of_native_code_does_not_disturb(isolation: Isolation) -> None:
    assert isolation.call(chatter) == 31000
    assert isolation.call(echo, 1) == 1


def test_crash(isolation: Isolation) -> None:
    for name in ("SIGSEGV", "SIGKILL"):
        failed = isolation.call(crash, signal.Signals[name])
        assert isinstance(failed, Failed)
        assert failed.error_class == "DecoderCrashed"
        assert name in failed.message and "last words" in failed.message
    aborted = isolation.call(abort)
    assert isinstance(aborted, Failed) and "SIGABRT" in aborted.message
    left = isolation.call(leave, 3)
    assert isinstance(left, Failed) and "exit code 3" in left.message
    assert isolation.call(echo, 1) == 1


def test_hang() -> None:
    with Isolation(timeout_seconds=1.0, memory_mb=200) as isolation:
        started = time.monotonic()
        failed = isolation.call(hang)
        assert time.monotonic() - started < 5
        assert isinstance(failed, Failed) and failed.error_class == "TimeLimit"
        assert isolation.call(echo, 1) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs RLIMIT_DATA")
def test_allocation(isolation: Isolation) -> None:
    assert isolation.call(allocate, 50) == 50 << 20
    failed = isolation.call(allocate, 1000)
    assert isinstance(failed, Failed) and failed.error_class == "MemoryLimit"
    assert isolation.call(echo, 1) == 1


def test_bug_is_raised_with_its_traceback(isolation: Isolation) -> None:
    with pytest.raises(RuntimeError, match="a bug of ours"):
        isolation.call(bug)
    assert isolation.call(echo, 1) == 1


def test_child_is_recycled() -> None:
    with Isolation(timeout_seconds=20, memory_mb=200, calls_per_child=2) as isolation:
        pids = [isolation.call(pid) for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_child_dies_with_its_parent(tmp_path: Path) -> None:
    """Even while it hangs, and even when the parent was killed without a chance to tidy up."""
    note = tmp_path / "pid"
    script = (
        "import sys; from pipeline.media.isolation import Isolation\n"
        "from tests.media.test_isolation import note_and_hang\n"
        "Isolation(60, 200).call(note_and_hang, sys.argv[1])\n"
    )
    root = Path(__file__).parents[2]
    parent = subprocess.Popen([sys.executable, "-c", script, str(note)], cwd=root)
    deadline = time.monotonic() + 20
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    child = int(note.read_text())
    parent.kill()
    parent.wait()
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(child)


def note_and_hang(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    hang()


def _alive(process: int) -> bool:
    status = Path(f"/proc/{process}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False
