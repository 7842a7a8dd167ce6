"""Videos on an object store are found by listing it."""

from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.inputs import absolute_spec, find_inputs
from pipeline.records import Pair
from pipeline.storage.place import Url
from pipeline.store import Store

NAMES = ("b.mp4", "far/a.MKV", "far/away/c 1.webm", "notes.txt", "far/[x].mp4")


@pytest.fixture
def clips(bucket: Url) -> Url:
    for name in NAMES:
        Store(bucket / "clips").write(name, name.encode())
    return bucket / "clips"


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("", ["b.mp4", "far/[x].mp4", "far/a.MKV", "far/away/c 1.webm"]),
        ("/", ["b.mp4", "far/[x].mp4", "far/a.MKV", "far/away/c 1.webm"]),
        ("/far", ["far/[x].mp4", "far/a.MKV", "far/away/c 1.webm"]),
        ("/b.mp4", ["b.mp4"]),
        ("/notes.txt", ["notes.txt"]),
        ("/far/[x].mp4", ["far/[x].mp4"]),
        ("/*.mp4", ["b.mp4"]),
        ("/*/*", ["far/[x].mp4", "far/a.MKV"]),
        ("/**/*.webm", ["far/away/c 1.webm"]),
        ("/**/*.mp4", ["b.mp4", "far/[x].mp4"]),
        ("/**", ["b.mp4", "far/[x].mp4", "far/a.MKV", "far/away/c 1.webm"]),
        ("/[!a].mp?", ["b.mp4"]),
    ],
)
def test_a_url_is_an_object_a_prefix_or_a_glob(clips: Url, spec: str, found: list[str]) -> None:
    inputs = find_inputs([f"{clips}{spec}"])
    assert [item.id for item in inputs] == [f"{clips}/{name}" for name in found]
    assert all((i.path, i.modified_ns > 1e18) == (i.id, True) for i in inputs)
    assert [item.size for item in inputs] == [len(name) for name in found]


def test_a_list_may_lie_there_or_name_what_lies_there(clips: Url, tmp_path: Path) -> None:
    Store(clips).write("videos.csv", b"path,licence,weather\nb.mp4,cc0,rain\nfar/a.MKV,,\n")
    first, second = find_inputs([f"{clips}/videos.csv"])
    assert (first.id, first.licence) == (f"{clips}/b.mp4", "cc0")
    assert first.metadata == (Pair(key="weather", value="rain"),)
    assert second.id == f"{clips}/far/a.MKV"
    here = tmp_path / "videos.csv"
    here.write_text(f"path,licence\n{clips}/b.mp4,cc0\n")
    assert [(i.id, i.licence) for i in find_inputs([str(here)])] == [(f"{clips}/b.mp4", "cc0")]


@pytest.mark.parametrize("spec", ["/nothing.mp4", "/nothing/", "/*.avi"])
def test_what_holds_no_video_is_refused(clips: Url, spec: str) -> None:
    with pytest.raises(InputError, match="holds no video"):
        find_inputs([f"{clips}{spec}"])


def test_a_list_that_names_what_is_not_there_is_refused_with_its_line(clips: Url) -> None:
    Store(clips).write("videos.csv", b"path\nb.mp4\ngone.mp4\n")
    with pytest.raises(
        InputError, match=r"videos.csv, line 3: there is no video 's3://.*gone.mp4'"
    ):
        find_inputs([f"{clips}/videos.csv"])


def test_a_url_means_the_same_everywhere() -> None:
    assert absolute_spec("s3://b/videos/") == "s3://b/videos"
