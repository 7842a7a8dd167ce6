"""The fake endpoint as a program, for recipes that start their model server themselves.

    python -m tests.fakes.openai_process --port 8000 --model m [--record FILE] ...

It misbehaves as real model servers do. What happens to it is written to `--record`, one JSON object
a line: `started` (process, arguments, environment), `called`, `ended`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.fakes.openai_behaviours import Behaviour, Call
from tests.fakes.openai_server import FakeOpenAI
from tests.llm.replies import talk

TOLD = ("CUDA_VISIBLE_DEVICES", "HTTP_PROXY")


class Process:
    """One life of the server."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.born = time.monotonic()

    def run(self) -> int:
        options = self.options
        environment = {name: os.environ[name] for name in TOLD if name in os.environ}
        self.record("started", port=options.port, arguments=sys.argv[1:], environment=environment)
        if options.fail:
            sys.stderr.write(f"loading {options.model}\n{options.fail}\n")
            return 1
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        if options.ignore_sigterm:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if options.child:
            sleep = "import time; time.sleep(600)"
            child = subprocess.Popen([sys.executable, "-c", sleep, str(options.record)])
            self.record("child", child=child.pid)
        with _Served(self):
            stop.wait()
        self.record("ended")
        return 0

    def behave(self, call: Call) -> Behaviour | None:
        self.record("called", model=call.body["model"], text=call.text, number=call.number)
        if call.number + 1 == self.options.die_after and self._may_die():
            os._exit(1)
        return None

    def _may_die(self) -> bool:
        """Every time, or once in all lives."""
        marker: Path | None = self.options.once
        if marker is None:
            return True
        first = not marker.exists()
        marker.touch()
        return first

    def record(self, event: str, **more: Any) -> None:
        if self.options.record is not None:
            line = json.dumps({"event": event, "pid": os.getpid(), "time": time.time(), **more})
            with self.options.record.open("a") as file:
                file.write(line + "\n")


class _Served(FakeOpenAI):
    """The endpoint with the health that model servers have beside OpenAI's routes."""

    def __init__(self, process: Process) -> None:
        options = process.options
        super().__init__(
            _word if options.words else talk,
            process.behave,
            latency=options.delay,
            model=options.model,
            keep_bodies=False,
            port=options.port,
        )
        self._process = process

    def _app(self) -> web.Application:
        app = super()._app()
        if not self._process.options.no_health:
            app.router.add_route("GET", "/health", self._health)
        return app

    async def _health(self, request: web.Request) -> web.StreamResponse:
        loaded = time.monotonic() - self._process.born > self._process.options.load
        return web.Response(status=200 if loaded else 503)


def _word(call: Call) -> str:
    return json.dumps({"word": call.text})


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", default="fake-model")
    parser.add_argument("--record", type=Path)
    parser.add_argument("--note", help="anything: it is recorded with the other arguments")
    parser.add_argument("--words", action="store_true", help="say what is asked, as one word")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--load", type=float, default=0.0, help="seconds until it is healthy")
    parser.add_argument(
        "--no-health", action="store_true", help="has no /health, as some have none"
    )
    parser.add_argument("--fail", help="say so and end with status 1")
    parser.add_argument("--die-after", type=int, help="die at this call, with others in flight")
    parser.add_argument("--once", type=Path, help="die only where this file is not there yet")
    parser.add_argument("--ignore-sigterm", action="store_true")
    parser.add_argument("--child", action="store_true", help="start a process of its own")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(Process(options(sys.argv[1:])).run())
