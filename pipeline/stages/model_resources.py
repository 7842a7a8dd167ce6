"""What the worker of a stage with a model needs; a helper, not a stage."""

from typing import Any, Final

from pipeline.engine.stage import Resources
from pipeline.llm.session import Section
from pipeline.recipe import EndpointModel, EndpointRuntime, Recipe, reached

WAITING: Final = 4
"""Calls that wait for each that flies: while a pack waits for its last answer, others go on."""
CALLS_A_WORKER: Final = 256
"""Calls in flight for which one process has the time."""
PREPARED: Final = 3
"""Packs that a model in the worker has at a time: one is in the model, one is prepared for it, and
one is read or written."""


def model_resources(recipe: Recipe, section: Section, pack_calls: int) -> Resources:
    """What a worker needs for the model of a section.

    Args:
        pack_calls: about how many calls one pack makes at a time, where it makes calls.
    """
    return resources_of(
        getattr(recipe.identity, section), reached(recipe.runtime, section), pack_calls
    )


def resources_of(settings: Any, runtime: EndpointRuntime, pack_calls: int) -> Resources:
    """What a worker needs for a model of these settings, reached like this."""
    if isinstance(settings, EndpointModel):
        return _asking(settings, runtime, pack_calls)
    match settings.kind:
        case "program":
            return Resources()
        case "transformers":
            return Resources(model=True, gpus=runtime.gpus, workers=runtime.workers, packs=PREPARED)
        case _:
            return Resources(model=True, workers=runtime.workers)


def _asking(settings: EndpointModel, runtime: EndpointRuntime, pack_calls: int) -> Resources:
    """Enough packs for the calls in flight and those that wait behind them."""
    calls = (1 + WAITING) * runtime.in_flight
    if settings.kind == "server":
        packs = max(2, -(-calls // pack_calls))
        return Resources(
            model=True, gpus=runtime.gpus, workers=runtime.workers, packs=packs, session=True
        )
    most = runtime.workers[1] if isinstance(runtime.workers, tuple) else runtime.workers
    workers = most or -(-runtime.in_flight // CALLS_A_WORKER)
    packs = max(2, -(-calls // (pack_calls * workers)))
    return Resources(model=True, workers=workers, packs=packs, session=True)
