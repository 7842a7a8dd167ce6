"""`docs/evaluation.md` names what there is."""

from pathlib import Path

import pytest

from pipeline.evaluation.answers.grammars import FORMS
from pipeline.evaluation.answers.parsed import REASONS
from pipeline.evaluation.graders.truth import PROBLEM_TYPES
from pipeline.evaluation.published import TABLES

TEXT = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*FORMS, *REASONS, *PROBLEM_TYPES, *TABLES])
def test_it_is_named(name: str) -> None:
    assert f"`{name}`" in TEXT
