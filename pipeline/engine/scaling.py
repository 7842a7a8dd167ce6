"""What a stage tells a cluster that scales itself: the workers that its recipe wants.

Tasks that wait are demand enough. A pool of actors makes none that has no room, so without a word
the nodes for them would never come. Where nothing scales, the word is heard by nobody.
"""

from typing import Any

from pipeline.engine.stage import Resources


def ask_for(resources: Resources) -> None:
    """Ask for room for as many workers as the recipe allows; where it says nothing, for none."""
    most = resources.workers[1] if isinstance(resources.workers, tuple) else resources.workers
    bundle = {"CPU": resources.cpus, "GPU": resources.gpus or 0, "memory": resources.memory_bytes}
    needs = {name: amount for name, amount in bundle.items() if amount}
    _request([needs] * (most or 0))


def ask_for_nothing() -> None:
    """Let nodes go that were asked for and have no work."""
    _request([])


def _request(bundles: list[dict[str, float]]) -> None:
    from ray.autoscaler.sdk import request_resources

    request: Any = request_resources
    request(bundles=bundles)
