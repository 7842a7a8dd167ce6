"""The hyperparameters of the two stages, each with where it is from.

The table is VideoEspresso's table 8. What it does not say is marked as ours, with the reason.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

StageNumber: TypeAlias = Literal[1, 2]
STAGES: Final[tuple[StageNumber, ...]] = (1, 2)
Value: TypeAlias = str | int | float | bool | list[str] | dict[str, str]

TABLE: Final = "VideoEspresso, table 8"
NOTE: Final = "a note of others on the paper; table 8 says only that LoRA is used"

SIDE: Final = 224
PIXELS: Final = SIDE * SIDE
TOKENS: Final = 6144
LORA_RANK: Final = 16
LORA_ALPHA: Final = 32
RATES: Final[dict[StageNumber, float]] = {1: 2e-5, 2: 1e-5}
SCHEDULE: Final = "cosine"
BATCH: Final = 16
WARMUP: Final = 0.03
EPOCHS: Final = 1
WEIGHT_DECAY: Final = 0.02
MODEL: Final = "Qwen/Qwen2.5-VL-7B-Instruct"

FOR_PIXELS: Final = (
    f"{TABLE}: input resolution {SIDE}; ours: as many pixels as {SIDE} x {SIDE} at most, the "
    "shape of the picture is kept"
)
FOR_WARMUP: Final = f"{TABLE}: warmup epochs {WARMUP}, of one epoch"
FOR_DECAY: Final = f"ours: how we read `weight ratio {WEIGHT_DECAY}` of {TABLE}"
FOR_BATCH: Final = (
    f"{TABLE}: batch size {BATCH}; ours: on one device, divide it by how many you have"
)
FOR_MODEL: Final = "ours: name any model that takes several pictures"


@dataclass(frozen=True)
class Setting:
    """An option of a framework in one stage."""

    option: str
    """As the framework calls it."""
    value: Value
    source: str
    """Where the value is from, for people."""


def trained(stage: StageNumber) -> str:
    """Where a stage's weights are put, relative to the export."""
    return f"trained/stage{stage}"
