"""A run's numbers for Prometheus, through Ray's metric API: Ray serves them on every node.

    ray_demitasse_units_total            units that ended, by stage and outcome
    ray_demitasse_tokens_total           by stage and direction, `in` or `out`
    ray_demitasse_cost_usd_total         by stage
    ray_demitasse_pack_seconds_total     time of workers, by stage
    ray_demitasse_queue_depth            units of the stage at work that have no outcome yet

All carry the workspace's name. They start at zero with each run: what was reused is not counted.
"""

import sys
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.engine.events import Event, PackDone, StageEnded, StageStarted
from pipeline.engine.execute import Summary

_COUNTERS: Final = {
    "units": ("Units that ended.", ("workspace", "stage", "outcome")),
    "tokens": ("Tokens of language models.", ("workspace", "stage", "direction")),
    "cost_usd": ("What language models cost.", ("workspace", "stage")),
    "pack_seconds": ("Seconds that workers took for packs.", ("workspace", "stage")),
}


@dataclass
class RayMetrics:
    """Tells Ray what a run tells; a listener that says nothing where no Ray runs."""

    workspace: str
    _made: dict[str, Any] = field(default_factory=dict)
    _waiting: int = 0

    def __call__(self, event: Event) -> None:
        match event:
            case StageStarted(_, _, todo):
                self._waiting = todo
            case PackDone(stage, summary, _):
                self._waiting -= summary.units
                if self._runs():
                    self._count(stage, summary)
            case StageEnded(stage, _, _, _, _) if self._runs():
                self._made["queue_depth"].set(0, {"workspace": self.workspace, "stage": stage})

    def _runs(self) -> bool:
        """Whether there is a Ray to tell; what is told to it is made once."""
        ray: Any = sys.modules.get("ray")
        if ray is None or not ray.is_initialized():
            return False
        if not self._made:
            from ray.util import metrics

            for name, (said, tags) in _COUNTERS.items():
                self._made[name] = metrics.Counter(f"demitasse_{name}", said, tags)
            said = "Units that have no outcome yet."
            tags = ("workspace", "stage")
            self._made["queue_depth"] = metrics.Gauge("demitasse_queue_depth", said, tags)
        return True

    def _count(self, stage: str, summary: Summary) -> None:
        of_stage = {"workspace": self.workspace, "stage": stage}
        outcomes = {
            "kept": summary.kept,
            "rejected": sum(summary.rejected.values()),
            "failed": sum(summary.failed.values()),
        }
        tokens = {"in": summary.usage.tokens_in, "out": summary.usage.tokens_out}
        for outcome, units in outcomes.items():
            self._add("units", units, {**of_stage, "outcome": outcome})
        for direction, count in tokens.items():
            self._add("tokens", count, {**of_stage, "direction": direction})
        self._add("cost_usd", summary.usage.cost_usd, of_stage)
        self._add("pack_seconds", summary.seconds, of_stage)
        self._made["queue_depth"].set(self._waiting, of_stage)

    def _add(self, name: str, value: float, tags: dict[str, str]) -> None:
        if value > 0:  # Ray's counters take nothing else
            self._made[name].inc(value, tags)
