"""Stands between a worker and the model server it started, so that none outlives its worker.

    python guard.py COMMAND [ARGUMENT ...]

A program of its own that needs nothing but Python: the worker holds the other end of its standard
input, which the kernel closes however the worker dies. The server then gets SIGTERM, and what is
left of its process group SIGKILL. The guard leads a session of its own, so that nothing which ends
the worker's process group ends the guard first.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading

GRACE_SECONDS = 10.0
"""Between SIGTERM and SIGKILL."""
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux: should the guard itself be killed, its child goes too."""


def main(command: list[str]) -> int:
    """Run the command until it ends, or until the worker is gone; returns its exit status."""
    try:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_die_with_parent
        )
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error.strerror}\n")
        return 127
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stop(server))
    threading.Thread(target=_watch, args=(server,), daemon=True).start()
    status = server.wait()
    _signal(server, signal.SIGKILL)
    return status if status >= 0 else 128 - status


def _watch(server: "subprocess.Popen[bytes]") -> None:
    """Wait until nobody holds the other end."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    _stop(server)


def _stop(server: "subprocess.Popen[bytes]") -> None:
    _signal(server, signal.SIGTERM)
    late = threading.Timer(GRACE_SECONDS, _signal, (server, signal.SIGKILL))
    late.daemon = True
    late.start()


def _signal(server: "subprocess.Popen[bytes]", number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, number)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
