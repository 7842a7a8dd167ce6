"""Stands between a worker and the model server it started, so that none outlives its worker.

    python guard.py SECONDS COMMAND [ARGUMENT ...]

    worker ──stdin──> guard ──starts──> server and its children: a process group
                        └───pipe──> second guard

A program of its own that needs nothing but Python: the worker holds the other end of its standard
input, which the kernel closes however the worker dies. The server's group then gets SIGTERM, and
SIGKILL after so many seconds. The guard leads a session of its own, so that nothing which ends the
worker's process group ends the guard first. Ray kills the children of each worker that it ends, and
the guard is one: so a second guard, a child of nobody Ray knows, ends the group when the first one
is killed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

GRACE_SECONDS = 10.0
"""Between SIGTERM and SIGKILL."""
_LOOK_SECONDS = 0.05
"""Between two looks at a group that is about to end."""
_DONE = b"."
"""What the first guard tells the second one when there is nothing left to end."""


def main(grace: float, command: list[str]) -> int:
    """Run the command until it ends, or until the worker is gone; returns its exit status."""
    try:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error.strerror}\n")
        return 127
    second, told = _leave_a_second(server.pid, grace)

    def stop(*_: object) -> None:
        threading.Thread(target=_end, args=(server.pid, grace), daemon=True).start()

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    threading.Thread(target=watch, daemon=True).start()
    status = server.wait()
    _signal(server.pid, signal.SIGKILL)
    os.write(told, _DONE)
    os.waitpid(second, 0)
    return status if status >= 0 else 128 - status


def _leave_a_second(group: int, grace: float) -> tuple[int, int]:
    """Fork the second guard; returns its process id, and the pipe whose end it waits for."""
    heard, told = os.pipe()
    second = os.fork()
    if second:
        os.close(heard)
        return second, told
    os.close(told)
    os.setsid()
    if os.read(heard, 1) != _DONE:
        _end(group, grace)
    os._exit(0)


def _end(group: int, grace: float) -> None:
    over = time.monotonic() + grace
    there = _signal(group, signal.SIGTERM)
    while there and time.monotonic() < over:
        time.sleep(_LOOK_SECONDS)
        there = _signal(group, 0)
    _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Whether there was anybody to get it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
