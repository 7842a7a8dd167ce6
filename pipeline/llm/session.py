"""One run's use of its endpoints: what workers are told, and what each process keeps.

A `Session` is small and travels with the stages. In a worker it becomes an `Asking` for each
endpoint, on one event loop in a thread of its own, which all packs of the process share.
"""

import asyncio
import os
import socket
import threading
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

from pipeline.llm import attempts, journal, limiter, responses
from pipeline.llm.asking import Asking
from pipeline.llm.attempts import Attempts, spent
from pipeline.llm.budget import Budget
from pipeline.llm.calls import Calls
from pipeline.llm.gate import Gate, Limiter
from pipeline.llm.limiter import LocalLimiter, RemoteLimiter, RunLimits
from pipeline.llm.responses import Responses
from pipeline.llm.server.command import command_of
from pipeline.llm.server.managed import ManagedServer
from pipeline.llm.transport import Transport, read_secret
from pipeline.recipe import (
    ASKED,
    BudgetRuntime,
    EndpointModel,
    Recipe,
    Runtime,
    reached,
    shares_writer,
)
from pipeline.storage.files import logs_of
from pipeline.storage.place import Place
from pipeline.store import Store

T = TypeVar("T")

Section = Literal["captioner", "writer", "judge", "detector", "policy"]
"""Of a recipe: whose endpoint is asked."""


@dataclass(frozen=True)
class Session:
    """Where a run keeps answers, and who holds its limits."""

    root: Place
    """The workspace."""
    runtime: Runtime
    name: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def asking(self, section: Section, settings: EndpointModel) -> Asking:
        """The client of a section's endpoint, made once in each process.

        Raises:
            UsageError: the variable that holds the key is not set here.
            MissingDependencyError: the package openai is not installed.
        """
        return _processes.setdefault(self.name, _Process(self)).asking(section, settings)


def limits_of(runtime: Runtime, section: Section) -> Section:
    """The section whose limits count for this one."""
    return "writer" if shares_writer(runtime, section) else section


def run_limits(store: Store, runtime: Runtime) -> RunLimits:
    """A run's limits, its budget rebuilt from the attempts on disk."""
    return RunLimits(runtime, Budget(runtime.budget, spent(store)))


def hold_limits(session: Session) -> object:
    """The run's limits in a Ray actor, for all workers; they last as long as what is returned."""
    return limiter.start(session.name, run_limits(Store(session.root), session.runtime))


def tidy(session: Session) -> None:
    """Seal the journals that dead processes left; only for the holder of the workspace's lock."""
    journal.tidy(Store(session.root), [responses.FORM, attempts.FORM])


def uses_endpoints(recipe: Recipe) -> bool:
    """Whether any model of the recipe is asked over HTTP."""
    return any(isinstance(getattr(recipe.identity, name), EndpointModel) for name in ASKED)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the process's loop of endpoints and wait for it here."""
    return asyncio.run_coroutine_threadsafe(coroutine, _loop()).result()


@dataclass
class _Process:
    """What one process keeps of a session."""

    session: Session
    _made: dict[Section, Asking] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _store: Store = field(init=False)
    _server: ManagedServer | None = None
    """One at a time: the model of another section takes the same GPU."""
    _responses: Responses | None = None
    _attempts: Attempts | None = None
    _local: RunLimits | None = None

    def __post_init__(self) -> None:
        self._store = Store(self.session.root)

    def asking(self, section: Section, settings: EndpointModel) -> Asking:
        with self._lock:
            server = self._served(section, settings)
            made = self._made.get(section)
            if made is not None and made.calls.server is server:
                return made
            if made is not None:
                run(_leave(made))
            self._made[section] = run(self._make(section, settings, server))
            return self._made[section]

    def _served(self, section: Section, settings: EndpointModel) -> ManagedServer | None:
        """The server of a section whose kind is `server`, ready; another section's is ended."""
        if settings.kind != "server":
            return None
        command = command_of(section, settings, reached(self.session.runtime, section))
        if self._server is not None and self._server.command == command:
            return self._server
        self.end()
        name = f"server-{section}-{socket.gethostname()}-{os.getpid()}.log"
        self._server = ManagedServer(command, logs_of(self.session.root) / name)
        self._server.up()
        return self._server

    def end(self) -> None:
        """End the server that this process started, if any."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _make(
        self, section: Section, settings: EndpointModel, server: ManagedServer | None
    ) -> Asking:
        runtime = reached(self.session.runtime, section)
        if server is not None:
            runtime = runtime.model_copy(update={"base_url": server.base_url})
        secret = read_secret(runtime)
        if self._responses is None or self._attempts is None:
            self._responses, self._attempts = Responses(self._store), Attempts(self._store)
        limits = limits_of(self.session.runtime, section)
        limiter = self._limiter(limits) if server is None else self._own_limiter(limits)
        gate = Gate(limiter, f"{uuid.uuid4().hex[:8]}-{section}")
        transport = Transport(runtime, secret, direct=server is not None)
        calls = Calls(
            settings.model, runtime, runtime.price, transport, gate, self._attempts, server
        )
        return Asking(calls, self._responses)

    def _own_limiter(self, section: Section) -> Limiter:
        """For a server of this process: its own calls in flight, and no budget."""
        return LocalLimiter(RunLimits(self.session.runtime, Budget(BudgetRuntime())), section)

    def _limiter(self, section: Section) -> Limiter:
        if limiter.is_held(self.session.name):
            return RemoteLimiter(self.session.name, section)
        if self._local is None:
            self._local = run_limits(self._store, self.session.runtime)
        return LocalLimiter(self._local, section)

    async def close(self) -> None:
        for asking in self._made.values():
            await _leave(asking)
        self._made.clear()
        if self._responses is not None and self._attempts is not None:
            self._responses.close()
            self._attempts.close()


async def _leave(asking: Asking) -> None:
    await asking.calls.gate.close()
    await asking.calls.transport.close()


_processes: Final[dict[str, _Process]] = {}
_started: Final[list[asyncio.AbstractEventLoop]] = []
_starting: Final = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    with _starting:
        if not _started:
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="endpoints", daemon=True).start()
            _started.append(loop)
        return _started[0]


def close(session: Session) -> None:
    """Close what this process keeps of a session: connections, journals, grants, its server."""
    process = _processes.pop(session.name, None)
    if process is not None:
        try:
            run(process.close())
        finally:
            process.end()
