"""A model that changed its name keeps its label, and so its results."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.adoptions import adopt, adopted, adoptions
from pipeline.errors import UsageError
from pipeline.recipe import Recipe
from pipeline.store import Store


def recipe(model: str, label: str | None = None) -> Recipe:
    writer: dict[str, Any] = {"kind": "endpoint", "model": model, "label": label}
    return Recipe.model_validate(
        {
            "name": "t",
            "identity": {"writer": writer},
            "runtime": {"writer": {"base_url": "http://127.0.0.1:1/v1"}},
        }
    )


def label(found: Recipe) -> str:
    return getattr(found.identity.writer, "name", "")


def test_the_new_name_keeps_the_old_label_and_is_what_is_asked_for(tmp_path: Path) -> None:
    store = Store(tmp_path)
    adopt(store, {"old"}, "old", "new")
    kept = adopted(recipe("new"), store)
    assert label(kept) == "old"
    assert getattr(kept.identity.writer, "model", "") == "new"
    assert label(adopted(recipe("other"), store)) == "other"
    assert adopted(Recipe(name="program"), store) == Recipe(name="program")


def test_a_model_may_change_its_name_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    adopt(store, {"old"}, "old", "new")
    adopt(store, {"old"}, "new", "newest")
    assert label(adopted(recipe("newest"), store)) == "old"
    assert [entry.new for entry in adoptions(store)] == ["new", "newest"]


def test_only_a_model_that_has_answered_can_be_renamed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no model 'old' has answered.*known are: a, b"):
        adopt(Store(tmp_path), {"b", "a"}, "old", "new")
    with pytest.raises(UsageError, match="answers of its own"):
        adopt(Store(tmp_path), {"old", "new"}, "old", "new")
    assert not adoptions(Store(tmp_path))
