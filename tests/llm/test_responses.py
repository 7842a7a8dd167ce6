"""Every answer that was added is found, wherever it lies by now."""

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import StorageError
from pipeline.llm import journal, responses
from pipeline.llm.journal import journals, sealed_files, tidy
from pipeline.llm.responses import FORM, Responses, Stored, of_unit
from pipeline.store import Store


def answer(key: str, unit: str = "u") -> Stored:
    return Stored(
        key=key,
        stage="questions",
        unit=unit,
        label="fake",
        via="online",
        seconds=0.5,
        cost_usd=None,
        request=[{"role": "user", "content": "a – b"}],
        response={"choices": [{"message": {"content": key}}], "extra": {"untouched": [1, None]}},
    )


def number(value: int) -> str:
    return f"{value:032x}"


# Keys that zeros begin, end and fill: they are compared as bytes.
keys = st.one_of(
    st.binary(min_size=16, max_size=16).map(bytes.hex),
    st.lists(st.sampled_from([0, 1, 255]), min_size=16, max_size=16).map(lambda b: bytes(b).hex()),
)


@settings(max_examples=40, deadline=None)
@given(
    groups=st.lists(st.tuples(st.sets(keys, max_size=20), st.integers(0, 2)), max_size=4),
    others=st.sets(keys, max_size=20),
)
def test_what_was_added_is_found_and_nothing_else(
    groups: list[tuple[set[str], int]], others: set[str]
) -> None:
    added = {key for group, _ in groups for key in group}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for group, then in groups:
            writer = Responses(store)
            for key in sorted(group):
                writer.add(answer(key))
            if then == 1:
                writer.seal()
            assert all(writer.find(key) == answer(key) for key in group)
            writer.close()
            if then == 2:
                tidy(store, [FORM])
        reader = Responses(store)
        for key in added | others:
            assert (key in reader) == (key in added)
            assert reader.find(key) == (answer(key) if key in added else None)


def test_a_full_journal_is_sealed_and_everything_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "FULL_BYTES", 20_000)
    store = Store(tmp_path)
    writer = Responses(store)
    for value in range(400):
        writer.add(answer(number(value)))
    assert len(sealed_files(store, FORM)) > 3
    assert len(journals(store, FORM)) <= 1
    for reader in (writer, Responses(store)):
        assert all(reader.find(number(v)) == answer(number(v)) for v in range(400))
        assert reader.find(number(400)) is None
    writer.close()


def test_more_answers_than_a_row_group_holds_are_found(tmp_path: Path) -> None:
    store = Store(tmp_path)
    writer = Responses(store)
    count = 2 * journal.GROUP_ROWS + 1
    for value in range(count):
        writer.add(answer(number(value)))
    writer.seal()
    assert all(writer.find(number(v)) == answer(number(v)) for v in range(count))


def test_answers_of_another_process_are_found_after_it_sealed_them(tmp_path: Path) -> None:
    store = Store(tmp_path)
    other = Responses(store)
    other.add(answer(number(1)))
    reader = Responses(store)
    other.seal()
    assert reader.find(number(1)) == answer(number(1))
    assert reader.find(number(2)) is None


def test_answers_of_another_process_are_found_after_a_second_look(tmp_path: Path) -> None:
    reader, other = Responses(Store(tmp_path)), Responses(Store(tmp_path))
    reader.add(answer(number(1)))
    other.add(answer(number(2)))
    other.seal()
    other.add(answer(number(3)))
    reader.reload()
    assert all(reader.find(number(v)) == answer(number(v)) for v in (1, 2, 3))
    reader.close()
    other.close()


def test_a_torn_last_line_is_no_answer(tmp_path: Path) -> None:
    store = Store(tmp_path)
    writer = Responses(store)
    writer.add(answer(number(1)))
    writer.close()
    (name,) = journals(store, FORM)
    line = json.dumps(answer(number(2)).record()).encode()
    with store.path(f"{FORM.folder}/{name}").open("ab") as file:
        file.write(line[:-5])
    reader = Responses(store)
    assert number(1) in reader
    assert number(2) not in reader


@pytest.fixture(params=["disk", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store of either kind."""
    return Store(request.getfixturevalue("bucket") if request.param == "bucket" else tmp_path)


def test_two_runs_at_once_lose_nothing_and_see_what_was_there_when_they_began(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "FULL_BYTES", 2000)
    before = Responses(store)
    before.add(answer(number(0)))
    before.close()

    def run(first: int) -> list[str]:
        """Keep answers, and look with new eyes while the other one seals its own."""
        missed, kept = list[str](), [number(0)]
        mine = Responses(store)
        for value in range(first, first + 24):
            mine.add(answer(number(value)))
            kept.append(number(value))
            if value % 4 == 0:
                seen = Responses(store) if isinstance(store.root, Path) else mine
                missed += [key for key in kept if seen.find(key) != answer(key)]
        mine.close()
        return missed

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(run, (100, 200))) == [[], []]
    after = Responses(store)
    assert all(number(v) in after for v in (0, *range(100, 124), *range(200, 224)))
    assert len(sealed_files(store, FORM)) > 2


def test_a_journal_that_another_run_seals_while_it_is_read_is_read_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    other = Responses(store)
    other.add(answer(number(1)))
    real = journal.listed

    def then_sealed(store: Store, form: journal.Form) -> tuple[list[str], list[str]]:
        found = real(store, form)
        other.seal()
        return found

    monkeypatch.setattr(responses, "listed", then_sealed)
    assert Responses(store).find(number(1)) == answer(number(1))


def test_the_same_key_twice_is_one_answer(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for _ in range(2):
        writer = Responses(store)
        writer.add(answer(number(1)))
        writer.close()
    tidy(store, [FORM])
    assert Responses(store).find(number(1)) == answer(number(1))


def test_the_answers_of_a_unit_are_found_in_both_kinds_of_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    writer = Responses(store)
    writer.add(answer(number(1), "u"))
    writer.add(answer(number(2), "v"))
    writer.seal()
    writer.add(answer(number(3), "u"))
    writer.close()
    assert [s.key for s in of_unit(store, "questions", "u")] == [number(1), number(3)]
    assert list(of_unit(store, "captions", "u")) == []


def test_an_answer_that_cannot_be_written_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, data: bytes) -> int:
        raise OSError(28, "no space")

    writer = Responses(Store(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.llm.journal.os.write", full)
        with pytest.raises(StorageError, match="the disk is full: free some space"):
            writer.add(answer(number(1)))
    assert number(1) not in writer
    writer.close()
