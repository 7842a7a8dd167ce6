"""Records leave sealed files, and those that stay are found where they were looked for."""

from pathlib import Path

import pytest

from pipeline.llm.forgetting import rewrite, touched
from pipeline.llm.journal import sealed_files, tidy
from pipeline.llm.responses import FORM, Responses, Stored
from pipeline.store import Store


def filled(root: Path, count: int) -> tuple[Store, str]:
    store = Store(root)
    there = Responses(store)
    for n in range(count):
        unit = f"u{n % 3}"
        there.add(Stored(f"{n:032x}", "questions", unit, "m", "online", 1, None, [], {"n": n}))
    there.close()
    tidy(store, [FORM])
    (name,) = sealed_files(store, FORM)
    return store, name


@pytest.mark.parametrize("count", [3, 128, 400])
def test_what_stays_is_found(tmp_path: Path, count: int) -> None:
    store, name = filled(tmp_path, count)
    (found,) = touched(store, FORM, ["unit"], lambda record: record["unit"] == "u1")
    assert found.rows == len(range(1, count, 3))
    assert 0 < found.size < store.facts([f"responses/{name}"])[f"responses/{name}"].size
    rewrite(store, FORM, name, lambda record: None if record["unit"] == "u1" else record)
    after = Responses(store)
    for n in range(count):
        answer = after.find(f"{n:032x}")
        assert (answer is None) == (n % 3 == 1)
        assert answer is None or answer.response == {"n": n}
    assert list(touched(store, FORM, ["unit"], lambda record: record["unit"] == "u1")) == []


def test_a_file_of_which_nothing_is_left_goes(tmp_path: Path) -> None:
    store, name = filled(tmp_path, 3)
    rewrite(store, FORM, name, lambda record: None)
    assert sealed_files(store, FORM) == []


def test_a_record_may_be_changed(tmp_path: Path) -> None:
    store, name = filled(tmp_path, 2)
    rewrite(store, FORM, name, lambda record: {**record, "response": "{}"})
    answer = Responses(store).find(f"{1:032x}")
    assert answer is not None
    assert answer.response == {}
