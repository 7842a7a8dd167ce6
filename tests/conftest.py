"""What holds for every test: no error logged, nothing leaves the machine; and the demo."""

import gc
import ipaddress
import logging
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from pipeline.publish import drawing, plots
from pipeline.storage.bucket import forget_clients
from pipeline.storage.place import Url
from tests.fakes.s3 import BUCKET, environment, serving

# How fast an example is tells something of the machine and nothing of the code.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")

REPOSITORY = Path(__file__).parents[1]

# A process that has once started a Ray with a token wants one from every cluster that it joins
# later: whether a test passes must not depend on which ones ran before it in its process.
os.environ["RAY_AUTH_MODE"] = "disabled"


FIRST = (
    "cli/test_run.py",
    "cli/test_submit.py",
    "cli/test_endpoint.py",
    "upkeep/test_remove.py",
    "engine/test_ray_nodes.py",
    "engine/test_ray_observed.py",
    "engine/test_ray.py",
    "cli/test_server.py",
    "engine/test_ray_actors.py",
    "cli/test_publish.py",
    "stages/test_captions_memory.py",
)
"""The files that take longest: begun last, one of them would keep one process busy alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, which `--no-loadscope-reorder` leaves so."""
    rank = {REPOSITORY / "tests" / name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: rank.get(item.path, len(FIRST)))


def pytest_collection_finish() -> None:
    """Spare the garbage collector what is there for good: the modules of all the tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def demo_workspace(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The workspace of `demitasse run jobs/demo.yaml`, made once; tests only read it."""
    own = tmp_path_factory.getbasetemp()
    work = (own if worker_id == "master" else own.parent) / "demo" / "work"
    # The test processes of one run share it: whoever needs it first makes it.
    with FileLock(work.parent.with_suffix(".lock")):
        if not (work / "dataset" / "README.md").exists():
            command = [sys.executable, "-m", "pipeline.cli.main", "run", "jobs/demo.yaml"]
            done = subprocess.run(
                [*command, "--work", str(work)], cwd=REPOSITORY, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
    return work


@pytest.fixture(autouse=True, scope="session")
def plots_drawn_once() -> Iterator[None]:
    """Each plot of a card is drawn once a process: drawing them is four fifths of publishing.

    What they show, and that it is the same in every process, is told in `publish/test_plots.py`.
    """
    drawn: dict[str, tuple[bytes, bytes]] = {}

    def known(plot: drawing.Plot) -> tuple[bytes, bytes]:
        if plot.name not in drawn:
            drawn[plot.name] = drawing.render(plot)
        return drawn[plot.name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plots, "render", known)
        yield


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The endpoint of an S3 server."""
    with serving() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Url]:
    """An empty prefix on it, and the environment of somebody who uses it."""
    for name, value in {**environment(s3), "XDG_CACHE_HOME": str(tmp_path / "cache")}.items():
        monkeypatch.setenv(name, value)
    forget_clients()
    yield Url("s3", BUCKET, uuid.uuid4().hex[:8])
    forget_clients()


@pytest.fixture(autouse=True)
def no_error_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A test that logs an error has found one, whatever it asserts."""
    yield
    errors = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    if errors:
        pytest.fail("errors were logged: " + "; ".join(errors))


@pytest.fixture(autouse=True, scope="session")
def outside() -> Iterator[list[str]]:
    """Connections to other machines that were tried; none of them is made."""
    tried: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name), tried))
        yield tried


@pytest.fixture(autouse=True)
def loopback_only(outside: list[str]) -> Iterator[None]:
    """Offline by default is a promise: a connection to another machine fails the test, made by
    whichever thread, and whoever swallows the error."""
    yield
    tried, outside[:] = list(outside), []
    if tried:
        pytest.fail("the test connects to " + ", ".join(tried))


def _guarded(
    connect: Callable[[socket.socket, Any], Any], tried: list[str]
) -> Callable[[socket.socket, Any], Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
            tried.append(str(address))
            raise ConnectionRefusedError(f"a test connects to {address}")
        return connect(self, address)

    return guarded


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
