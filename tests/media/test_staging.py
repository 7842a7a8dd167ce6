"""Videos of an object store are fetched once, kept while needed, and no longer than fits."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.media import staging
from pipeline.media.probe import content_hash
from pipeline.media.staging import NotStagedError, Staging, make_room
from pipeline.storage import remote
from pipeline.storage.files import cache_folder
from pipeline.storage.place import Url
from pipeline.store import Store

WIDE = Staging(1 << 30)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was fetched, in order."""
    names: list[str] = []
    real = remote.fetch

    def fetch(url: Url, path: Path) -> None:
        names.append(url.name)
        real(url, path)

    monkeypatch.setattr(staging, "fetch", fetch)
    return names


def put(bucket: Url, name: str, size: int) -> tuple[str, str]:
    """A video's URL and the hash of its content."""
    from blake3 import blake3

    data = name.encode() * size
    Store(bucket).write(name, data[:size])
    return str(bucket / name), blake3(data[:size]).hexdigest(length=16)


def cached() -> list[str]:
    folder = cache_folder() / "videos"
    return sorted(p.name for p in folder.iterdir() if not p.name.startswith(".lock"))


def test_a_local_path_is_itself(tmp_path: Path) -> None:
    with WIDE.local(str(tmp_path / "a.mp4")) as path:
        assert path == tmp_path / "a.mp4"


def test_a_video_is_fetched_once_and_kept_by_its_content(bucket: Url, fetched: list[str]) -> None:
    where, content = put(bucket, "a.MP4", 1000)
    with WIDE.local(where) as path:
        assert path.name == f"{content}.mp4"
        assert content_hash(path) == content
    with WIDE.local(where, content) as again:
        assert again == path
    assert fetched == ["a.MP4"]


def test_what_was_used_longest_ago_goes_first(bucket: Url, fetched: list[str]) -> None:
    a, b, c = (put(bucket, name, 400) for name in ("a", "b", "c"))
    narrow = Staging(1000)
    for where, content in (a, b, a, c):
        with narrow.local(where, content):
            pass
    assert cached() == sorted([a[1], c[1]])
    assert fetched == ["a", "b", "c"]


def test_what_is_in_use_stays_and_one_that_is_too_large_is_kept_alone(
    bucket: Url, fetched: list[str]
) -> None:
    a, b, large = put(bucket, "a", 400), put(bucket, "b", 400), put(bucket, "large", 5000)
    narrow = Staging(500)
    with narrow.local(*a) as first, narrow.local(*b) as second:
        assert first.read_bytes() and second.read_bytes()
    with narrow.local(*large) as path:
        assert path.stat().st_size == 5000
        assert cached() == [large[1]]
    assert fetched == ["a", "b", "large"]


def test_what_a_dead_process_left_half_fetched_goes(tmp_path: Path) -> None:
    (tmp_path / ".half").write_bytes(b"x" * 100)
    (tmp_path / "whole").write_bytes(b"x" * 100)
    make_room(tmp_path, 1000)
    assert [p.name for p in tmp_path.iterdir()] == ["whole"]


def test_processes_that_want_one_video_fetch_it_once(bucket: Url) -> None:
    where, content = put(bucket, "a.mp4", 3 << 20)
    code = (
        "import sys; from pipeline.media.staging import Staging\n"
        "with Staging(1 << 30).local(*sys.argv[1:]) as p: print(p.stat().st_ino)"
    )
    command = [sys.executable, "-c", code, where, content]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert len({process.communicate()[0] for process in running}) == 1


def test_what_is_gone_or_has_changed_is_told(bucket: Url) -> None:
    where, content = put(bucket, "a.mp4", 100)
    with pytest.raises(NotStagedError, match="no such object"), WIDE.local(f"{where}x"):
        pass
    Store(bucket).write("a.mp4", b"another")
    with pytest.raises(NotStagedError, match="has changed since"), WIDE.local(where, content):
        pass
    assert cached() == []
