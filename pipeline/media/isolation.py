"""Calls that may crash, hang or eat memory, in a child process that can be killed.

    parent                            child (`python -m pipeline.media.child`)
      call(function, *arguments) ---> runs it under a memory limit
      value | Failed             <--- its result; or it is killed at the time limit

The child lives on between calls, because starting one costs a good part of a second, and is
replaced after `CALLS_PER_CHILD` (native libraries leak), after a time limit and when it died.
"""

import contextlib
import os
import pickle
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any, ParamSpec, TypeVar, cast

from pipeline.media.child import LENGTH
from pipeline.outcome import Failed

P = ParamSpec("P")
T = TypeVar("T")

CALLS_PER_CHILD = 200
LOG_TAIL_BYTES = 400
"""How much of the child's standard error goes into a message."""
CHUNK_BYTES = 1 << 20


class _TimeLimitError(Exception):
    """The child did not answer in time."""


class _ChildDiedError(Exception):
    """The child closed its pipe without an answer."""


class Isolation:
    """A place to run risky functions: one child at a time, started when first needed.

    Functions and arguments must be picklable; functions by their module's name.
    """

    def __init__(
        self, timeout_seconds: float, memory_mb: int, calls_per_child: int = CALLS_PER_CHILD
    ) -> None:
        """Set the limits of every call.

        Args:
            timeout_seconds: wall-clock time of a call, start of a child included.
            memory_mb: what a call may allocate above what the child holds before it.
            calls_per_child: after so many calls the child is replaced.
        """
        self._timeout = timeout_seconds
        self._memory = memory_mb << 20
        self._calls_per_child = calls_per_child
        self._child: _Child | None = None

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Failed:
        """Run `function(*args)` in the child.

        Returns:
            Its result; or `Failed` with `TimeLimit`, `MemoryLimit` or `DecoderCrashed`.

        Raises:
            RuntimeError: the function raised, which is a bug: data errors are values.
        """
        assert not kwargs, "arguments go by position"
        child = self._child or _Child()
        self._child = child
        message = pickle.dumps((function, args, self._memory), pickle.HIGHEST_PROTOCOL)
        try:
            kind, value = child.ask(message, self._timeout)
        except _TimeLimitError:
            self.close()
            return Failed("TimeLimit", f"not done after {self._timeout:g} s")
        except _ChildDiedError:
            self._child = None
            return _failure(*child.end())
        if child.calls >= self._calls_per_child or kind != "result":
            self.close()
        if kind == "memory":
            return Failed("MemoryLimit", f"needs more than {self._memory >> 20} MB")
        if kind == "bug":
            name = getattr(function, "__qualname__", repr(function))
            raise RuntimeError(f"{name} raised in the isolated child:\n{value}")
        return cast(T, value)

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def __enter__(self) -> "Isolation":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError, TypeError):  # At interpreter exit.
            self.close()


def _failure(code: int, log: str) -> Failed:
    """What the end of a child says: its exit code (minus the signal) and its last words."""
    if "bad_alloc" in log or "Cannot allocate memory" in log:
        return Failed("MemoryLimit", f"the decoder ran out of memory: {log}")
    if code < 0:
        with contextlib.suppress(ValueError):
            return Failed("DecoderCrashed", f"ended by {signal.Signals(-code).name}: {log}")
    return Failed("DecoderCrashed", f"ended with exit code {code}: {log}")


class _Child:
    """One child process with its pipes."""

    def __init__(self) -> None:
        calls_out, self._calls = os.pipe()
        self._answers, answers_in = os.pipe()
        lifeline, self._lifeline = os.pipe()
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (end() closes it)
        self.calls = 0
        inherited = (calls_out, answers_in, lifeline)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.media.child", *map(str, inherited)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
            pass_fds=inherited,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C is for the parent, which lets the call finish.
        )
        for number in inherited:
            os.close(number)
        os.set_blocking(self._calls, False)
        os.set_blocking(self._answers, False)

    def ask(self, message: bytes, timeout: float) -> tuple[str, Any]:
        """Send a call and wait for its answer.

        Raises:
            _TimeLimitError: no whole answer came in time.
            _ChildDiedError: the child is gone.
        """
        self.calls += 1
        self._log.seek(0)
        self._log.truncate()
        deadline = time.monotonic() + timeout
        self._send(LENGTH.pack(len(message)) + message, deadline)
        length = LENGTH.unpack(self._receive(LENGTH.size, deadline))[0]
        return cast(tuple[str, Any], pickle.loads(self._receive(length, deadline)))

    def end(self) -> tuple[int, str]:
        """Kill the process if it still runs; its exit code and its last words."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        for number in (self._calls, self._answers, self._lifeline):
            os.close(number)
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - LOG_TAIL_BYTES))
        words = self._log.read().decode(errors="replace").split()
        self._log.close()
        return code, " ".join(words)

    def _send(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(self._calls, selectors.EVENT_WRITE, deadline)
            try:
                rest = rest[os.write(self._calls, rest) :]
            except BrokenPipeError:
                raise _ChildDiedError from None

    def _receive(self, size: int, deadline: float) -> bytearray:
        data = bytearray()
        while len(data) < size:
            self._wait(self._answers, selectors.EVENT_READ, deadline)
            chunk = os.read(self._answers, min(CHUNK_BYTES, size - len(data)))
            if not chunk:
                raise _ChildDiedError
            data += chunk
        return data

    @staticmethod
    def _wait(number: int, event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(number, event)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise _TimeLimitError
