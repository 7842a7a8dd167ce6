"""A push makes the hub's dataset the folder's twin, whatever happens on the way."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import datasets
import pytest
from huggingface_hub.utils import _http

from pipeline.errors import HubError, MissingDependencyError, UsageError
from pipeline.publish import hub as dataset_hub
from pipeline.publish.folder import MARKER
from pipeline.publish.hub import check_ready
from pipeline.publish.push import push
from tests.fakes.dataset_hub import TOKEN, DatasetHub, Fault
from tests.fakes.dataset_hub_state import ATTRIBUTES, LARGE
from tests.publish.publishing import publish, publish_some, recipe
from tests.publish.pushing import at, published
from tests.publish.samples import blob_of, sample

# huggingface_hub uploads by a parameter that httpx2 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

REPO = "user/demo"
HUBS: dict[str, dict[str, int]] = {"one part": {}, "parts and pages": {"part": 9_000, "page": 5}}
every_hub = pytest.mark.parametrize("hub", HUBS.values(), ids=HUBS, indirect=True)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_some(tmp_path_factory.mktemp("published"))


@pytest.fixture
def hub(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatasetHub]:
    with DatasetHub(**getattr(request, "param", {})) as served:
        at(monkeypatch, served)
        yield served


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits 1, 2, 4 and 8 seconds between its tries."""
    monkeypatch.setattr(_http, "time", SimpleNamespace(sleep=lambda seconds: None))


@every_hub
def test_the_hub_gets_what_was_published_and_nothing_else(
    dataset: Path, hub: DatasetHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "dataset"
    shutil.copytree(dataset, folder)
    (folder / "notes.md").write_text("mine")
    (folder / "data" / "extra.parquet").write_bytes(b"mine too")
    seen: list[tuple[int, int]] = []
    pushed = push(folder, REPO, public=False, progress=lambda *count: seen.append(count))
    files = published(dataset)
    assert hub.bytes_of(REPO) == {**files, ".gitattributes": ATTRIBUTES}
    assert hub.repos[REPO].private and pushed.private
    assert len(hub.repos[REPO].commits) == 2, "the hub's first one, and ours"
    assert (pushed.uploaded, pushed.unchanged, pushed.removed) == (len(files), 0, 0)
    assert pushed.url == f"{hub.url}/datasets/{REPO}" and pushed.commit == hub.repos[REPO].head
    assert seen == [(len(files), len(files))]

    received = tmp_path / "received"
    for name, data in hub.bytes_of(REPO).items():
        (received / name).parent.mkdir(parents=True, exist_ok=True)
        (received / name).write_bytes(data)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    loaded = datasets.load_dataset(str(received), cache_dir=str(tmp_path / "cache"))
    assert sum(split.num_rows for split in loaded.values()) == 8
    assert loaded["test"][0]["core_frames"][0]["image"].size == (64, 48)


@every_hub
def test_a_push_without_a_change_uploads_nothing(dataset: Path, hub: DatasetHub) -> None:
    first = push(dataset, REPO, public=False)
    hub.asked.clear()
    second = push(dataset, REPO, public=False)
    assert second == replace(first, uploaded=0, unchanged=first.uploaded)
    assert not hub.count("PUT") and not hub.count("/commit/") and not hub.count("batch")


@every_hub
def test_files_of_an_earlier_publication_go_and_those_of_others_stay(
    dataset: Path, hub: DatasetHub, tmp_path: Path
) -> None:
    many = recipe(shard_rows=1, test_fraction=0.5)
    blobs, frames = blob_of(tmp_path / "store")
    folder = tmp_path / "dataset"
    publish(blobs, folder, [sample(n, frames) for n in range(8)], given=many, key="k0")
    push(folder, REPO, public=False)
    earlier = set(published(folder))
    hub.repos[REPO].put("data/theirs.parquet", b"a colleague's")
    hub.repos[REPO].put("LICENSE", b"theirs as well")
    commits = len(hub.repos[REPO].commits)
    hub.asked.clear()

    pushed = push(dataset, REPO, public=False)
    files = published(dataset)
    theirs = {"data/theirs.parquet": b"a colleague's", "LICENSE": b"theirs as well"}
    assert hub.bytes_of(REPO) == {**files, **theirs, ".gitattributes": ATTRIBUTES}
    assert len(hub.repos[REPO].commits) == commits + 1
    assert pushed.removed == len(earlier - set(files)) > 0
    assert pushed.unchanged > 0, "the schemas are the same"
    assert pushed.uploaded + pushed.unchanged == len(files)


def test_a_file_of_somebody_else_is_not_replaced(dataset: Path, hub: DatasetHub) -> None:
    hub.create(REPO, private=True)
    hub.repos[REPO].put("README.md", b"written by hand")
    with pytest.raises(UsageError, match=r"README\.md in user/demo would be replaced"):
        push(dataset, REPO, public=False)
    hub.repos[REPO].put(MARKER, b"{}")
    with pytest.raises(UsageError, match="would be replaced"):
        push(dataset, REPO, public=False)
    assert not hub.count("PUT") and not hub.count("/commit/")


def test_nothing_becomes_public_by_accident(dataset: Path, hub: DatasetHub) -> None:
    hub.create(REPO, private=False)
    with pytest.raises(UsageError, match="user/demo is public: push with --public"):
        push(dataset, REPO, public=False)
    assert not hub.count("PUT")
    assert not push(dataset, REPO, public=True).private
    assert not push(dataset, "user/open", public=True).private
    assert not hub.repos["user/open"].private
    hub.create("user/closed", private=True)
    assert push(dataset, "user/closed", public=True).private, "who is in it decides, not we"


def test_a_hub_that_is_busy_is_asked_again(
    dataset: Path, hub: DatasetHub, no_waiting: None
) -> None:
    hub.faults = [
        Fault("PUT /storage/", 503, times=2),
        Fault("lfs/objects/batch", 503),
        Fault("preupload", 500),
    ]
    push(dataset, REPO, public=False)
    assert published(dataset).items() <= hub.bytes_of(REPO).items()


def test_a_commit_that_fails_leaves_the_content_there(dataset: Path, hub: DatasetHub) -> None:
    hub.faults = [Fault("/commit/", 503, message="down for repair")]
    with pytest.raises(HubError, match=r"status 503: .*the same command goes on where it stopped"):
        push(dataset, REPO, public=False)
    assert len(hub.repos[REPO].commits) == 1, "nothing is seen of it"
    hub.asked.clear()
    push(dataset, REPO, public=False)
    assert not hub.count("PUT")
    assert published(dataset).items() <= hub.bytes_of(REPO).items()


@every_hub
def test_what_arrived_before_the_line_broke_is_not_sent_again(
    dataset: Path, hub: DatasetHub, no_waiting: None
) -> None:
    last = max(name for name in published(dataset) if name.endswith(LARGE))
    broken = f"PUT /storage/{_sha256(dataset / last)}"
    hub.faults = [Fault(broken, "reset", times=1000)]
    with pytest.raises(HubError, match=r"the hub cannot be reached .* goes on where it stopped"):
        push(dataset, REPO, public=False)
    assert hub.count(broken) == 6, "the library itself tried again"
    assert len(hub.repos[REPO].commits) == 1
    arrived = set(hub.stored)
    assert arrived and _sha256(dataset / last) not in arrived

    hub.faults.clear()
    hub.asked.clear()
    push(dataset, REPO, public=False)
    assert hub.count(broken)
    assert not any(hub.count("PUT", digest) for digest in arrived)
    assert published(dataset).items() <= hub.bytes_of(REPO).items()


def test_a_commit_of_somebody_else_meanwhile_is_noticed(dataset: Path, hub: DatasetHub) -> None:
    def meanwhile(*count: int) -> None:
        hub.repos[REPO].put("LICENSE", b"theirs")

    with pytest.raises(HubError, match="user/demo changed while it was pushed to"):
        push(dataset, REPO, public=False, progress=meanwhile)
    assert set(hub.bytes_of(REPO)) == {".gitattributes", "LICENSE"}
    push(dataset, REPO, public=False)
    assert hub.bytes_of(REPO).keys() == {*published(dataset), ".gitattributes", "LICENSE"}


def test_a_folder_that_changes_while_it_is_read_is_not_committed(
    hub: DatasetHub, tmp_path: Path
) -> None:
    folder = publish_some(tmp_path)

    def meanwhile(*count: int) -> None:
        blobs, frames = blob_of(tmp_path / "store")
        publish(blobs, folder, [sample(n, frames) for n in range(3)], key="k2")

    with pytest.raises(HubError, match="was published anew while it was pushed: push again"):
        push(folder, REPO, public=False, progress=meanwhile)
    assert len(hub.repos[REPO].commits) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("repos/create", 401, message="Invalid username"), "does not know the user"),
        (Fault("lfs/objects/batch", 403, message="read only"), r"may not write to .*read only"),
        (Fault("/commit/", 409, message="busy"), "changed while it was pushed to"),
        (Fault("/tree/", 404, message="gone"), "does not find user/demo"),
        (Fault("/commit/", 400, message="too long a name"), "status 400.*too long a name"),
        (Fault("/validate-yaml", 400), "Invalid metadata in README.md"),
    ],
    ids=lambda value: value.where if isinstance(value, Fault) else "",
)
def test_what_the_hub_refuses_is_one_sentence(
    fault: Fault, told: str, dataset: Path, hub: DatasetHub
) -> None:
    hub.faults = [replace(fault, times=10)]
    with pytest.raises(HubError, match=told) as refused:
        push(dataset, REPO, public=False)
    assert TOKEN not in str(refused.value) and "http" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_wrong_token_and_a_name_of_others_are_refused(
    dataset: Path, hub: DatasetHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HubError, match="this user may not write to others/demo"):
        push(dataset, "others/demo", public=False)
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(HubError, match=r"does not know the user .*`hf auth login`") as refused:
        push(dataset, REPO, public=False)
    assert "hf_wrong" not in str(refused.value)


def test_no_hub_at_all(dataset: Path, monkeypatch: pytest.MonkeyPatch, no_waiting: None) -> None:
    gone = DatasetHub()
    gone.close()
    at(monkeypatch, gone)
    with pytest.raises(HubError, match="the hub cannot be reached"):
        push(dataset, REPO, public=False)


def test_a_folder_that_is_not_whole_is_not_pushed(
    dataset: Path, hub: DatasetHub, tmp_path: Path
) -> None:
    folder = tmp_path / "dataset"
    with pytest.raises(UsageError, match="no complete dataset"):
        push(folder, REPO, public=False)
    shutil.copytree(dataset, folder)
    (folder / "clips.csv").unlink()
    with pytest.raises(UsageError, match=r"clips\.csv is not there; publish again"):
        push(folder, REPO, public=False)
    assert not hub.asked


def test_large_datasets_are_stored_group_by_group(
    dataset: Path, hub: DatasetHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_hub, "_GROUP", 10)
    seen: list[int] = []
    push(dataset, REPO, public=False, progress=lambda stored, of: seen.append(stored))
    assert seen[:2] == [10, 20] and seen[-1] == len(published(dataset))
    assert published(dataset).items() <= hub.bytes_of(REPO).items()
    assert len(hub.repos[REPO].commits) == 2


def test_what_is_in_the_way_is_said_before_anything_is_built(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    check_ready(REPO)
    for name in ("demo", "a/b/c", "user/de mo", ""):
        with pytest.raises(UsageError, match="--push"):
            check_ready(name)
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    with pytest.raises(HubError, match="nobody is logged in to the hub: log in with"):
        check_ready(REPO)


def test_the_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub.errors", None)
    with pytest.raises(MissingDependencyError, match="install demitasse with its extra `hub`"):
        check_ready(REPO)


def _sha256(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
