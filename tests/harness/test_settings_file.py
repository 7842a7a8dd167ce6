from pathlib import Path

import pytest

from pipeline.errors import RecipeError, UsageError
from pipeline.harness.settings_file import input_of, load_settings
from pipeline.recipe.evaluation import BLIND, InputSettings

FILE = """
protocols: [objective, subjective]
inputs:
  - kind: uniform
    frames: 8
model:
  kind: endpoint
  model: small
  base_url: http://127.0.0.1:1/v1
  in_flight: 3
judge:
  kind: endpoint
  model: large
  base_url: http://127.0.0.1:2/v1
selector:
  captioner:
    kind: detector
    workers: 1
budget:
  usd: null
"""


def test_a_section_holds_what_is_asked_and_how(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.yaml"
    path.write_text(FILE)
    found = load_settings(path, {"split": "train"}, ["model.seed=3", "gate.confidence=0.9"])
    assert found.identity.split == "train"
    assert found.identity.protocols == ("objective", "subjective")
    assert [one.label for one in found.identity.inputs] == ["uniform-8"]
    assert (found.runtime.policy.base_url, found.runtime.policy.in_flight) == (
        "http://127.0.0.1:1/v1",
        3,
    )
    assert found.runtime.judge.base_url == "http://127.0.0.1:2/v1"
    assert found.runtime.captioner.workers == 1
    assert found.identity.gate.confidence == 0.9
    assert found.identity.model.name == "small"


def test_options_lie_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.yaml"
    path.write_text(FILE)
    found = load_settings(path, {"model": {"model": "other"}, "protocols": ["objective"]}, [])
    assert found.identity.model.name == "other"
    assert found.runtime.policy.in_flight == 3


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"protocols": ["subjective"]}, "subjective needs a judge"),
        ({"protocols": ["objektive"]}, "did you mean objective|objektive"),
        ({"protocols": []}, "at least one protocol"),
        ({"inputs": [{"kind": "core"}, {"kind": "core"}]}, "inputs names one twice"),
        ({"model": {"kind": "endpoint", "model": "m"}}, "model.base_url is missing"),
        ({"judges": {}}, "`judges`: there is no such setting"),
        ({"selector": {"fps": 0}}, "selector.fps"),
    ],
)
def test_what_no_evaluation_may_say_is_told(options: dict[str, object], told: str) -> None:
    with pytest.raises(RecipeError, match=told):
        load_settings(None, options, [])


def test_a_selector_that_is_not_used_needs_no_address() -> None:
    chooser = {"selector": {"chooser": {"kind": "endpoint", "model": "m"}}}
    assert load_settings(None, chooser, []).runtime.writer.base_url is None
    with pytest.raises(RecipeError, match=r"selector\.chooser\.base_url is missing"):
        load_settings(None, {**chooser, "inputs": [{"kind": "selected"}]}, [])


def test_inputs_as_the_command_line_spells_them() -> None:
    texts = ("core", "uniform", "uniform:8", "all:0.5", "selected")
    labels = [InputSettings.model_validate(input_of(text)).label for text in texts]
    assert labels == ["core", "uniform-16", "uniform-8", "all-0.5fps", "selected"]
    assert BLIND not in labels
    for text in ("blind", "core:3", "uniform:x", ""):
        with pytest.raises(UsageError, match="write core, uniform:16"):
            input_of(text)
