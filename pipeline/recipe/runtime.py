"""How the work is carried out; no key is computed from it, so none of it can leak into one."""

from typing import Annotated

from pydantic import Field

from pipeline.recipe.base import Count, Positive, Settings
from pipeline.recipe.endpoint import BudgetRuntime, EndpointRuntime


class FramesRuntime(Settings):
    timeout_seconds: Positive = 600.0
    """A segment that decodes longer than this is `TimeLimit`."""
    memory_mb: Count = 2048
    """A decoder that takes more than this is `MemoryLimit`."""


class VideosRuntime(Settings):
    timeout_seconds: Positive = 300.0
    """A probe that takes longer is `TimeLimit`."""


class CaptionerRuntime(Settings):
    batch_size: Count = 8
    """Frames that go through the model together, where that does not change bits."""
    workers: Count | None = None
    """Copies of the model, at most; null: as many as the machine holds."""


class EngineRuntime(Settings):
    cpus: Count | None = None
    """Processors to use; null: all that Ray finds."""
    pack_seconds: Positive = 5.0
    """How long a pack should take, from the ledger's history of its stage."""
    compact_parts: Annotated[int, Field(ge=2)] = 64
    """A stage with more parts than this is compacted when it ends."""


class Runtime(Settings):
    """How the work is carried out; nothing here changes a result."""

    videos: VideosRuntime = VideosRuntime()
    frames: FramesRuntime = FramesRuntime()
    captioner: CaptionerRuntime = CaptionerRuntime()
    writer: EndpointRuntime = EndpointRuntime()
    judge: EndpointRuntime = EndpointRuntime()
    budget: BudgetRuntime = BudgetRuntime()
    engine: EngineRuntime = EngineRuntime()
