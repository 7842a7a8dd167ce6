"""Journals keep every whole record, whatever happens between two of them."""

import errno
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.errors import StorageError
from pipeline.llm import journal
from pipeline.llm.journal import Form, Journal, journals, lines, records, seal, sealed_files, tidy
from pipeline.store import Store

FORM = Form("things", pa.schema([("id", pa.string()), ("size", pa.int64())]))


def thing(number: int) -> dict[str, Any]:
    return {"id": f"{number:03}", "size": number}


def kept(store: Store) -> list[dict[str, Any]]:
    return sorted(records(store, FORM, ["id", "size"]), key=lambda record: str(record["id"]))


def written(root: Path, count: int) -> tuple[Store, str]:
    """A journal that its dead writer left, and its name."""
    store = Store(root)
    writer = Journal(store, FORM)
    for number in reversed(range(count)):
        writer.append(thing(number))
    writer.close()
    (name,) = journals(store, FORM)
    return store, name


def test_a_record_is_there_when_it_was_appended(tmp_path: Path) -> None:
    store = Store(tmp_path)
    writer = Journal(store, FORM)
    for number in range(3):
        name, offset, length = writer.append(thing(number))
        data = store.read(f"{FORM.folder}/{name}")
        assert offset + length == len(data)
        assert kept(store) == [thing(n) for n in range(number + 1)]
    writer.close()


@pytest.mark.parametrize("torn", [b'{"id": "9', b"\0\0\0", b'{"id": "\xff'])
def test_a_torn_last_line_is_passed_over(tmp_path: Path, torn: bytes) -> None:
    store, name = written(tmp_path, 3)
    with store.path(f"{FORM.folder}/{name}").open("ab") as file:
        file.write(torn)
    assert kept(store) == [thing(n) for n in range(3)]
    tidy(store, [FORM])
    assert kept(store) == [thing(n) for n in range(3)]


def test_a_torn_line_between_whole_ones_hides_none_of_them(tmp_path: Path) -> None:
    store, name = written(tmp_path, 1)
    path = store.path(f"{FORM.folder}/{name}")
    path.write_bytes(b'{"id": "0\n' + path.read_bytes())
    ((offset, length, record),) = lines(store, FORM, name)
    assert (offset, record) == (10, thing(0))
    assert offset + length == path.stat().st_size


def test_sealing_keeps_every_record_and_removes_the_journal(tmp_path: Path) -> None:
    store, _ = written(tmp_path, 300)
    tidy(store, [FORM])
    assert journals(store, FORM) == []
    assert len(sealed_files(store, FORM)) == len(store.names(FORM.folder)) == 1
    assert kept(store) == [thing(n) for n in range(300)]
    tidy(store, [FORM])
    assert len(kept(store)) == 300


def test_a_writer_goes_on_after_it_sealed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    writer = Journal(store, FORM)
    assert writer.seal() is None
    for number in range(3):
        writer.append(thing(number))
        assert writer.seal() is not None
    writer.append(thing(3))
    writer.close()
    assert kept(store) == [thing(n) for n in range(4)]
    assert (len(sealed_files(store, FORM)), len(journals(store, FORM))) == (3, 1)


def test_a_journal_without_a_whole_record_is_removed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    (tmp_path / FORM.folder).mkdir()
    store.path(f"{FORM.folder}/journal-a.jsonl").write_bytes(b'{"id"')
    tidy(store, [FORM])
    assert store.names(FORM.folder) == []


def test_a_crash_between_sealing_and_removing_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, name = written(tmp_path, 3)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "remove", lambda *_: None)
        seal(store, FORM, name)
    assert len(store.names(FORM.folder)) == 2
    assert kept(store) == [thing(n) for n in range(3)]
    tidy(store, [FORM])
    assert len(store.names(FORM.folder)) == 1
    assert kept(store) == [thing(n) for n in range(3)]


def test_a_crash_while_sealing_leaves_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, name = written(tmp_path, 3)
    with monkeypatch.context() as patch:
        patch.setattr("pyarrow.parquet.ParquetWriter.write_table", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            seal(store, FORM, name)
    assert store.names(FORM.folder) == [name]
    tidy(store, [FORM])
    assert kept(store) == [thing(n) for n in range(3)]


def test_a_full_disk_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "no space")

    writer = Journal(Store(tmp_path), FORM)
    writer.append(thing(0))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(StorageError, match=r"cannot write .*: the disk is full: free some"):
            writer.append(thing(1))
    writer.append(thing(2))
    writer.close()
    assert kept(Store(tmp_path)) == [thing(0), thing(2)]


def test_a_line_that_fits_by_half_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    writer = Journal(Store(tmp_path), FORM)
    writer.append(thing(0))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, data: write(file, data[: len(data) // 2]))
        with pytest.raises(StorageError, match="the disk is full"):
            writer.append(thing(1))
    name, offset, _ = writer.append(thing(2))
    writer.close()
    assert [(at, r) for at, _, r in lines(Store(tmp_path), FORM, name)] == [
        (0, thing(0)),
        (offset, thing(2)),
    ]


def test_places_stay_right_where_the_disk_does_not_confirm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(file: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    writer = Journal(Store(tmp_path), FORM)
    with monkeypatch.context() as patch:
        patch.setattr(journal, "SYNC_BYTES", 1)
        patch.setattr(os, "fdatasync", fails)
        with pytest.raises(StorageError, match="input/output error"):
            writer.append(thing(0))
    name, offset, _ = writer.append(thing(1))
    writer.close()
    places = {r["id"]: at for at, _, r in lines(Store(tmp_path), FORM, name)}
    assert places["001"] == offset


def test_what_is_sealed_while_it_is_looked_for_is_found_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, name = written(tmp_path, 3)
    real = journal.sealed_files

    def sealed_in_between(store: Store, form: Form) -> list[str]:
        seal(store, form, name)
        return real(store, form)

    monkeypatch.setattr(journal, "sealed_files", sealed_in_between)
    assert kept(store) == [thing(n) for n in range(3)]


def test_what_is_sealed_after_it_was_listed_is_found_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = written(tmp_path, 3)
    found = journal.listed(store, FORM)
    tidy(store, [FORM])
    monkeypatch.setattr(journal, "listed", lambda store, form: found)
    assert kept(store) == [thing(n) for n in range(3)]
