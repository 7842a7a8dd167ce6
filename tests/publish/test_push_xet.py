"""The way that large files take by default: the real hf_xet, into its own storage simulation."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub.utils._xet import abort_xet_session

from pipeline.errors import HubError
from pipeline.publish.push import push
from tests.fakes.dataset_hub import DatasetHub, Fault
from tests.fakes.dataset_hub_state import Large
from tests.publish.publishing import publish_some
from tests.publish.pushing import at, published

hf_xet = pytest.importorskip("hf_xet")
REPO = "user/demo"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatasetHub]:
    storage = tmp_path / "storage"
    storage.mkdir()
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    with DatasetHub(xet=storage) as served:
        at(monkeypatch, served, xet=True)
        abort_xet_session()  # type: ignore[no-untyped-call]  # the next reads the environment anew
        yield served
    abort_xet_session()  # type: ignore[no-untyped-call]


def stored(hub: DatasetHub, folder: Path, names: list[str]) -> dict[str, bytes]:
    """What the storage gives back for the content of these files."""
    out = hub.xet.parent / "out"  # type: ignore[union-attr]
    hashes = hf_xet.hash_files([str(folder / name) for name in names])
    session = hf_xet.XetSession()
    with session.new_file_download_group(endpoint=f"local://{hub.xet}") as group:
        for name, known in zip(names, hashes, strict=True):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            info = hf_xet.XetFileInfo(known.hash, known.file_size)
            group.start_download_file(info, str(out / name))
    return {name: (out / name).read_bytes() for name in names}


def size(folder: Path) -> int:
    """Bytes of all chunks in the storage."""
    return sum(p.stat().st_size for p in folder.rglob("default.*") if p.suffix != ".tagset")


def test_large_files_arrive_whole_and_only_once(hub: DatasetHub, tmp_path: Path) -> None:
    assert hub.xet is not None
    folder = publish_some(tmp_path)
    files = published(folder)
    hub.faults = [Fault("/commit/", 503)]
    with pytest.raises(HubError, match="goes on where it stopped"):
        push(folder, REPO, public=False)
    large = [name for name in files if name.endswith((".parquet", ".png"))]
    assert stored(hub, folder, large) == {name: files[name] for name in large}
    before = size(hub.xet)
    assert before > 0

    pushed = push(folder, REPO, public=False)
    assert size(hub.xet) == before, "no chunk was stored twice"
    assert pushed.uploaded == len(files)
    assert not hub.count("lfs/objects/batch") and not hub.count("PUT")
    committed = hub.repos[REPO].files
    assert {n for n, file in committed.items() if isinstance(file, Large)} == {*large}
    assert all(committed[n] == data for n, data in files.items() if n not in large)

    hub.asked.clear()
    again = push(folder, REPO, public=False)
    assert (again.uploaded, again.unchanged) == (0, len(files))
    assert not hub.count("xet-write-token") and not hub.count("/commit/")
