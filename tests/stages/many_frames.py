"""The captions stage over many frames on real Ray, and what it holds in memory meanwhile.

The frames are bytes of one blob at places of their own: no two are alike, as calls for equal
pictures are made once, and nobody looks into them.
"""

import os
import shlex
import socket
import subprocess
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final

import ray

from pipeline.engine.build import Build
from pipeline.engine.cluster import RayLanes
from pipeline.engine.events import Event, PackDone
from pipeline.engine.planner import Planner
from pipeline.engine.stage import RECIPE, Blobs, Stage, Table, Unit, Worker, by_column
from pipeline.engine.workspace import Workspace
from pipeline.llm.session import Session, hold_limits
from pipeline.outcome import Kept, Outcome
from pipeline.recipe import (
    CaptionerRuntime,
    EndpointCaptionerSettings,
    EngineRuntime,
    Identity,
    Recipe,
    Runtime,
)
from pipeline.records import Frame, Record, record
from pipeline.stages import captions
from tests.fakes.processes import Servers

JPEG_BYTES: Final = 32 * 1024
"""Of a frame; a stored one of 768 pixels has about twice as many."""
_APART: Final = 64
_STORE: Final = "object_store_memory"
_VIDEO_FRAMES: Final = 1000


@record
class Video(Record):
    id: str
    frames: int


def frames(units: Sequence[Unit]) -> Iterable[Outcome]:
    """One frame a second of each video."""
    for unit in units:
        video = unit.one(Video)
        blob = Random(video.id).randbytes(JPEG_BYTES + _APART * video.frames)
        name = sha256(blob).hexdigest()
        yield Kept([_frame(video.id, i, blob, name) for i in range(video.frames)], [blob])


def _frame(video: str, index: int, blob: bytes, name: str) -> Frame:
    offset = _APART * index
    return Frame(
        id=f"{video}/f{index}",
        video=video,
        frame_index=index,
        pts_seconds=float(index),
        width=768,
        height=432,
        sha256=sha256(blob[offset : offset + JPEG_BYTES]).hexdigest(),
        sharpness=1.0,
        motion=0.0,
        blob=name,
        offset=offset,
        length=JPEG_BYTES,
    )


def _frames_worker(blobs: Blobs) -> Worker:
    return frames


FRAMES = Stage(
    name="frames",
    version=1,
    primary=Table(RECIPE, Video, Video),
    split=by_column("id"),
    writes=(Frame,),
    identity={},
    worker=_frames_worker,
)


@dataclass(frozen=True)
class Sample:
    """What is held at one moment, in MB."""

    windows: int
    """Done by then."""
    driver: float
    store: float
    """Ray's objects in shared memory."""


@dataclass
class Watch:
    """Looks at the memory of the driver and of Ray from the first window to the last."""

    samples: list[Sample] = field(default_factory=list)
    worker: list[float] = field(default_factory=list)
    """Of the captioner's process, the most it had held when each window was done; rising."""
    windows: int = 0
    _end: threading.Event = field(default_factory=threading.Event)

    def hear(self, event: Event) -> None:
        if isinstance(event, PackDone) and event.stage == "captions":
            self.windows += event.summary.kept

    def growth(self, since: float = 0.25) -> dict[str, float]:
        """How much more was held at the most than when this share of the windows was done."""
        seen = [s for s in self.samples if s.windows >= since * self.windows]
        return {
            "driver": max(s.driver for s in seen) - seen[0].driver,
            "store": max(s.store for s in seen) - seen[0].store,
            "worker": self.worker[-1] - self.worker[int(since * len(self.worker))],
        }

    @contextmanager
    def looking(self) -> Iterator[None]:
        thread = threading.Thread(target=self._look)
        thread.start()
        try:
            yield
        finally:
            self._end.set()
            thread.join()
            self._sample()

    def _look(self) -> None:
        while not self._end.wait(0.1):
            self._sample()

    def _sample(self) -> None:
        ask: Any = ray
        whole, free = ask.cluster_resources(), ask.available_resources()
        used = whole[_STORE] - free.get(_STORE, whole[_STORE])
        self.samples.append(Sample(self.windows, _resident(), used / 1e6))


def caption(root: Path, count: int, *, together: int, delay: float = 0.05) -> Watch:
    """Caption so many frames, so many of them in a call that takes so many seconds.

    Ray must be running, and stays so.
    """
    watch = Watch()
    with _slow_endpoint(Servers(root / "record.jsonl"), delay) as address:
        settings = EndpointCaptionerSettings(kind="endpoint", model="m", frames_together=together)
        runtime = Runtime(captioner=CaptionerRuntime(base_url=address))
        recipe = Recipe(name="many", identity=Identity(captioner=settings), runtime=runtime)
        workspace = Workspace.at(root / "work")
        session = Session(workspace.root, runtime)
        lanes = RayLanes(services=[partial(hold_limits, session)])
        videos = [
            Video(id=f"v{first:06d}", frames=min(_VIDEO_FRAMES, count - first))
            for first in range(0, count, _VIDEO_FRAMES)
        ]
        with workspace.writing(), watch.looking():
            workspace.prepare()
            planner = Planner(workspace, lambda record: videos)
            chain = [FRAMES, captions.stage(recipe, session)]
            report = Build(planner, chain, lanes, EngineRuntime(), watch.hear).run()
    assert report.counts["captions"].kept == report.counts["captions"].units == watch.windows
    saved = workspace.saved_plan("captions")
    assert saved is not None
    ledger = workspace.ledger("captions", saved.identity)
    told = ledger.outcomes(ledger.find(saved.keys), ["memory_mb"])
    watch.worker = sorted(told["memory_mb"].to_pylist())
    return watch


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def _slow_endpoint(servers: Servers, delay: float) -> Iterator[str]:
    """The address of a fake endpoint in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = servers.command("--delay", str(delay)).format(port=port, model="m")
    with subprocess.Popen(shlex.split(told)) as process:
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
