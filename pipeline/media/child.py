"""The child process of `pipeline.media.isolation`: reads calls from a pipe, answers on another.

A lean program: no Ray, no multiprocessing, nothing imported that the called function does not
need. Standard output goes to standard error, which the parent keeps as a file, because native
decoders write to both.
"""

import fcntl
import os
import pickle
import resource
import select
import struct
import sys
import traceback
from pathlib import Path
from typing import BinaryIO

LENGTH = struct.Struct("<Q")
"""Every message is its length and then a pickle."""

MAX_LOG_BYTES = 16 << 20
"""Decoders that print without end cannot fill the disk; the child writes no other file."""


def main() -> None:
    """Serve calls until the parent closes the pipe or dies."""
    calls, answers, lifeline = (int(number) for number in sys.argv[1:4])
    _die_with_parent(lifeline)
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_LOG_BYTES, MAX_LOG_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with os.fdopen(calls, "rb") as incoming, os.fdopen(answers, "wb") as outgoing:
        while (message := _read(incoming)) is not None:
            answer = _call(message)
            outgoing.write(LENGTH.pack(len(answer)))
            outgoing.write(answer)
            outgoing.flush()


def _die_with_parent(lifeline: int) -> None:
    """Have the kernel end this process when the parent's end of the pipe closes.

    A thread could not do it: native code may hang while it holds the interpreter lock. The
    signal's default action ends the process.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([lifeline], [], [], 0)[0]:
        sys.exit("the parent died before the child was ready")


def _read(incoming: BinaryIO) -> bytes | None:
    head = incoming.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return incoming.read(LENGTH.unpack(head)[0])


def _call(message: bytes) -> bytes:
    """Run one call; the answer is `(kind, value)`: `result`, `memory` or `bug`."""
    limits = resource.getrlimit(resource.RLIMIT_DATA)
    try:
        function, arguments, memory_bytes = pickle.loads(message)
        resource.setrlimit(resource.RLIMIT_DATA, (_data_bytes() + memory_bytes, limits[1]))
        answer = pickle.dumps(("result", function(*arguments)), pickle.HIGHEST_PROTOCOL)
    except MemoryError as error:
        answer = pickle.dumps(("memory", str(error)))
    except Exception as error:  # Whatever it is, the parent raises it.
        # OpenCV has one exception type for all; its code for "out of memory" is -4.
        kind = "memory" if getattr(error, "code", None) == -4 else "bug"
        answer = pickle.dumps((kind, traceback.format_exc()))
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, limits)
    return answer


def _data_bytes() -> int:
    """Private writable memory now: what the limit is set above.

    Where the kernel does not tell (it limits no such memory there either), the peak size.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
