"""The folder is replaced whole or not at all, and what is not ours is left alone."""

import errno
from pathlib import Path

import pytest

from pipeline.errors import StorageError, UsageError
from pipeline.publish.folder import MARKER, published_key, replacing
from tests.publish.publishing import tree


def _build(folder: Path, key: str, text: str = "one") -> None:
    with replacing(folder, key) as building:
        (building / "data").mkdir()
        (building / "data" / "a.txt").write_text(text)


def test_a_finished_folder_carries_its_key(tmp_path: Path) -> None:
    folder = tmp_path / "work" / "dataset"
    assert published_key(folder) is None
    _build(folder, "k1")
    assert published_key(folder) == "k1"
    _build(folder, "k2", "two")
    assert published_key(folder) == "k2"
    assert (folder / "data" / "a.txt").read_text() == "two"
    assert [p.name for p in folder.parent.iterdir()] == ["dataset"]


def test_a_folder_that_lost_a_file_is_not_there(tmp_path: Path) -> None:
    _build(tmp_path / "dataset", "k1")
    (tmp_path / "dataset" / "data" / "a.txt").unlink()
    assert published_key(tmp_path / "dataset") is None


def test_an_error_leaves_the_old_folder(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    _build(folder, "k1")
    before = tree(tmp_path)
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StorageError, match="the disk is full"), replacing(folder, "k2") as building:
        (building / "half.txt").write_text("half")
        raise full
    assert tree(tmp_path) == before


def test_a_folder_of_someone_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "thesis.txt").write_text("years of work")
    before = tree(tmp_path)
    with pytest.raises(UsageError, match="did not write it"):
        _build(tmp_path / "dataset", "k1")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", [MARKER, "dataset"])
def test_neither_a_foreign_marker_nor_a_file_is_replaced(tmp_path: Path, name: str) -> None:
    place = tmp_path / "dataset"
    if name == MARKER:
        place.mkdir()
        (place / MARKER).write_text("{}")
    else:
        place.write_text("a file")
    with pytest.raises(UsageError, match="did not write it"):
        _build(place, "k1")


def test_a_file_that_was_added_is_not_lost(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    _build(folder, "k1")
    (folder / "notes.md").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.md would be lost"):
        _build(folder, "k2")
    assert (folder / "notes.md").read_text() == "mine"
    assert published_key(folder) == "k1"


def test_a_link_that_was_added_is_not_lost(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    _build(folder, "k1")
    (tmp_path / "plots").mkdir()
    (folder / "plots").symlink_to(tmp_path / "plots", target_is_directory=True)
    with pytest.raises(UsageError, match="plots would be lost"):
        _build(folder, "k2")
    assert (folder / "plots").is_symlink()


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "dataset").mkdir()
    _build(tmp_path / "dataset", "k1")
    assert published_key(tmp_path / "dataset") == "k1"


def test_what_a_dead_run_left_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    _build(folder, "k1")
    folder.rename(tmp_path / ".dataset.replaced")  # it died between the two renames
    (tmp_path / ".dataset.building").mkdir()
    with pytest.raises(RuntimeError, match="boom"), replacing(folder, "k2"):
        raise RuntimeError("boom")
    assert published_key(folder) == "k1"
    assert [p.name for p in tmp_path.iterdir()] == ["dataset"]


def test_a_link_to_another_disk_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "large").mkdir()
    link = tmp_path / "dataset"
    link.symlink_to(tmp_path / "large", target_is_directory=True)
    _build(link, "k1")
    _build(link, "k2")
    assert link.is_symlink() and published_key(link) == "k2"
    assert not list(tmp_path.glob(".*"))
