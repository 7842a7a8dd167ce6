"""How the work is carried out; no key is computed from it, so none of it can leak into one."""

from typing import Annotated

from pydantic import Field

from pipeline.recipe.base import Count, Gpus, Positive, Settings, Workers
from pipeline.recipe.endpoint import BudgetRuntime, EndpointRuntime


class FramesRuntime(Settings):
    timeout_seconds: Positive = 600.0
    """A segment that decodes longer than this is `TimeLimit`."""
    memory_mb: Count = 2048
    """A decoder that takes more than this is `MemoryLimit`."""


class VideosRuntime(Settings):
    timeout_seconds: Positive = 300.0
    """A probe that takes longer is `TimeLimit`."""
    cache_gb: Positive = 50.0
    """Of a machine's disk, for videos that lie on object stores; a larger one is kept alone."""


class EmbedderRuntime(Settings):
    workers: Workers = None
    """Copies of the model, `n` at most or `[least, most]`; null: as many as there is work and room
    for."""
    gpus: Gpus | None = None
    """Of one copy; null: one where the machine has any, else none. Parts of one share it."""


class CaptionerRuntime(EndpointRuntime):
    batch_size: Count = 8
    """Of `detector`: frames that go through the model together."""
    batch_tokens: Count = 16384
    """Of `transformers`: tokens that are in the model together, answers at their longest."""
    compile: bool = False
    """Of `transformers`: compile the model and give it a cache of fixed size; the first batch of
    each size then takes minutes."""


class DetectorRuntime(EndpointRuntime):
    batch_size: Count = 8
    """Of `transformers`: pictures that go through the model together."""


class EngineRuntime(Settings):
    cpus: Count | None = None
    """Processors to use; null: all that Ray finds."""
    pack_seconds: Positive = 5.0
    """How long a pack should take, from the ledger's history of its stage."""
    compact_parts: Annotated[int, Field(ge=2)] = 64
    """A stage with more parts than this is compacted when it ends."""
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Where the Ray of a local run serves Prometheus metrics; null: it collects none. A cluster
    serves its own. Needs the extra `cluster`."""


class Runtime(Settings):
    """How the work is carried out; nothing here changes a result."""

    videos: VideosRuntime = VideosRuntime()
    frames: FramesRuntime = FramesRuntime()
    captioner: CaptionerRuntime = CaptionerRuntime()
    embedder: EmbedderRuntime = EmbedderRuntime()
    detector: DetectorRuntime = DetectorRuntime()
    writer: EndpointRuntime = EndpointRuntime()
    judge: EndpointRuntime = EndpointRuntime()
    policy: EndpointRuntime = EndpointRuntime()
    budget: BudgetRuntime = BudgetRuntime()
    engine: EngineRuntime = EngineRuntime()
