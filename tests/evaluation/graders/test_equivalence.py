"""Formulas by math-verify, where it is installed."""

import importlib.util

import pytest

from pipeline.errors import MissingDependencyError
from pipeline.evaluation.graders.equivalence import grade_equivalence
from pipeline.evaluation.graders.truth import truth
from tests.publish.exports.loading.installed import needs

ROOT = truth("math", r"\sqrt{2} + 1")


@needs("math-verify", "pip install 'demitasse[math]'")
@pytest.mark.parametrize(
    ("reply", "answer"),
    [(r"\boxed{1+\sqrt{2}}", True), (r"\boxed{\sqrt2+1}", True), ("2", False), ("none", False)],
)
def test_formulas(reply: str, answer: bool) -> None:
    assert grade_equivalence(reply, ROOT).answer is answer


@needs("math-verify", "pip install 'demitasse[math]'")
def test_what_cannot_be_read() -> None:
    assert grade_equivalence("<think>t", ROOT).unparsed


@pytest.mark.skipif(importlib.util.find_spec("math_verify") is not None, reason="it is installed")
def test_without_it() -> None:
    with pytest.raises(MissingDependencyError, match=r"demitasse\[math\]"):
        grade_equivalence("2", ROOT)
