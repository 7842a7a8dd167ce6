"""llama.cpp's own server as the run's server: the real program, over a model of 100 KB."""

import os
import shutil
import signal
import subprocess
import uuid
from pathlib import Path

import pytest

from pipeline.llm import session as sessions
from pipeline.llm.asking import Answered
from pipeline.llm.request import Sampling
from pipeline.llm.session import Session
from pipeline.recipe import EndpointRuntime, EndpointWriterSettings, Runtime
from tests.fakes import tiny_gguf
from tests.fakes.processes import Servers
from tests.llm.asking import Word, ask, request

pytestmark = pytest.mark.skipif(
    shutil.which("llama-server") is None, reason="llama-server of llama.cpp is not on the PATH"
)


def test_a_real_server_answers_dies_is_started_anew_and_ends(tmp_path: Path, quick: None) -> None:
    model = tmp_path / "tiny.gguf"
    tiny_gguf.write(model)
    own = EndpointWriterSettings(kind="server", model=str(model))
    command = "llama-server -m {model} --host 127.0.0.1 --port {port} --parallel 4"
    runtime = Runtime(writer=EndpointRuntime(command=command, in_flight=8, ready_seconds=60))
    session = Session(tmp_path, runtime, name=uuid.uuid4().hex)
    asked = [request("Any.", sampling=Sampling(1.0, 1.0, 2000, seed)) for seed in range(40)]
    try:
        for half in (asked[:20], asked[20:]):
            found = ask(session.asking("writer", own), half)
            assert all(isinstance(a, Answered) and isinstance(a.data, Word) for a in found), found
            (pid,) = _servers(model)
            os.kill(pid, signal.SIGKILL)
    finally:
        sessions.close(session)
    assert Servers(model).gone(5)
    assert "model loaded" in next((tmp_path / "logs").iterdir()).read_text()


def _servers(model: Path) -> list[int]:
    told = subprocess.run(["ps", "-eo", "pid=,args=", "-ww"], capture_output=True, text=True)
    lines = [line.split() for line in told.stdout.splitlines() if str(model) in line]
    return [int(pid) for pid, program, *_ in lines if program.endswith("llama-server")]
