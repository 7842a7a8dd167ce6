"""A stage's settings as a YAML file that its framework reads, each value with its source."""

import json
from collections.abc import Iterable
from pathlib import Path

from pipeline.publish.exports.two_stage.hyperparameters import Setting, StageNumber, Value


def config_name(stage: StageNumber) -> str:
    """The file of a stage's settings."""
    return f"stage{stage}.yaml"


def rows_name(stage: StageNumber, split: str) -> str:
    """The file of a stage's rows."""
    return f"stage{stage}_{split}.jsonl"


def write_config(folder: Path, stage: StageNumber, started: str, lines: Iterable[Setting]) -> None:
    """Write `stage{n}.yaml`.

    Args:
        started: the command that starts the stage in that folder.
        lines: in their order.
    """
    goal = "from pictures and question to the evidence" if stage == 1 else "on to the answer"
    head = [f"# Stage {stage}: {goal}. Paths are relative to this folder; start it here with", "#"]
    text = [*head, f"#     {started}", "#", "# Behind each value stands where it is from."]
    text += [f"{line.option}: {_value(line.value)}  # {line.source}" for line in lines]
    (folder / config_name(stage)).write_text("\n".join(text) + "\n", encoding="utf-8")


def _value(value: Value) -> str:
    """JSON is YAML, but for small numbers: YAML 1.1 takes `2e-05` for a text."""
    if isinstance(value, float) and value < 1e-3:
        mantissa, _, exponent = f"{value:e}".partition("e")
        return f"{float(mantissa)}e{int(exponent)}"
    return value if isinstance(value, str) else json.dumps(value)
