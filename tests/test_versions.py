"""A stage's code may change its results only under a new version."""

import pytest

from tests import versions

STAGES = sorted(versions.current())


@pytest.mark.parametrize("stage", STAGES)
def test_the_code_is_the_one_pinned_to_this_version(stage: str) -> None:
    version, code = versions.current()[stage]
    pin = versions.pinned().get(stage)
    assert pin is not None, f"{stage} is not pinned: python -m tests.versions --reason '...'"
    assert (pin["version"], pin["code"]) == (version, code), (
        f"the code of stage {stage} changed: raise `version` in pipeline/stages/{stage}.py if its "
        "results can differ, then: python -m tests.versions --reason '...'"
    )


def test_every_pin_has_a_stage_and_a_reason() -> None:
    pins = versions.pinned()
    assert sorted(pins) == STAGES
    assert all(pin["reason"].strip() for pin in pins.values())
