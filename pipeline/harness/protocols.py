"""The protocols by name: what they measure, within which bounds, and in which version."""

from dataclasses import dataclass
from typing import Final

from pipeline.evaluation.grounding import IOP_BARS, IOU_BARS
from pipeline.recipe.evaluation import ProtocolName


@dataclass(frozen=True)
class Measured:
    """One measure of a protocol."""

    name: str
    low: float = 0.0
    high: float = 1.0

    @property
    def share(self) -> bool:
        """A share of 1, which tables show in percent."""
        return (self.low, self.high) == (0.0, 1.0)


@dataclass(frozen=True)
class Protocol:
    """How answers are graded."""

    name: ProtocolName
    version: int
    """Raised by hand when the same answers would get other grades."""
    measures: tuple[Measured, ...]
    """The primary one first."""

    @property
    def primary(self) -> Measured:
        """What tables show."""
        return self.measures[0]

    @property
    def label(self) -> str:
        """`objective@1`."""
        return f"{self.name}@{self.version}"


def _tenths(*names: str) -> tuple[Measured, ...]:
    return tuple(Measured(name, 1.0, 10.0) for name in names)


def _fifths(*names: str) -> tuple[Measured, ...]:
    return tuple(Measured(name, 0.0, 5.0) for name in names)


def _shares(*names: str) -> tuple[Measured, ...]:
    return tuple(Measured(name) for name in names)


PROTOCOLS: Final[dict[ProtocolName, Protocol]] = {
    found.name: found
    for found in (
        Protocol("objective", 1, _shares("accuracy")),
        Protocol(
            "similarity",
            1,
            (*_shares("accuracy"), Measured("to_reference", -1.0), Measured("to_distractor", -1.0)),
        ),
        Protocol(
            "subjective",
            1,
            _tenths("overall", "logic", "factuality", "accuracy", "conciseness"),
        ),
        Protocol(
            "pause-and-think", 1, _shares("weighted", "valid", "action", "location", "property")
        ),
        Protocol("route", 2, _fifths("mean", "direction", "landmark", "logic")),
        Protocol(
            "grounding",
            1,
            _shares(
                "iou",
                *(f"iou_{bar}" for bar in IOU_BARS),
                "iop",
                *(f"iop_{bar}" for bar in IOP_BARS),
                *("acc_gqa", "accuracy"),
            ),
        ),
        Protocol("gated", 1, _shares("accuracy", "first_accuracy", "thought")),
    )
}
