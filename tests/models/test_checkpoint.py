from pathlib import Path

import pytest
from huggingface_hub import constants
from huggingface_hub.utils.tqdm import disable_progress_bars

from pipeline.errors import MissingDependencyError, RecipeError
from pipeline.models.checkpoint import extra, find_checkpoint
from tests.fakes.hub import hub

MODEL = "somebody/some-detector"
REVISION = "0123456789" * 4
FILES = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "model.safetensors": b"weights",
    "pytorch_model.bin": b"the same again",
    "onnx/model.onnx": b"and again",
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of models, and nobody to ask."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    at(monkeypatch, "http://127.0.0.1:9")
    disable_progress_bars()
    return tmp_path / "hub"


def at(patch: pytest.MonkeyPatch, address: str) -> None:
    """Take this address for the hub's, as `HF_ENDPOINT` does in a new process."""
    patch.setattr(constants, "ENDPOINT", address)
    path = "/{repo_id}/resolve/{revision}/{filename}"
    patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + path)


def cached(cache: Path, *names: str) -> Path:
    folder = cache / f"models--{MODEL.replace('/', '--')}" / "snapshots" / REVISION
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(FILES[name])
    return folder


def test_a_folder_is_used_where_it_lies_and_known_by_its_content(tmp_path: Path) -> None:
    folder = tmp_path / "my-detector"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    found = find_checkpoint("detector", str(folder), None)
    assert found.folder == folder
    assert found.label == f"my-detector@{found.source.revision[:8]}"
    (folder / "config.json").write_text("{ }")
    assert find_checkpoint("detector", str(folder), None).label != found.label


def test_a_hubs_model_is_fetched_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub(MODEL, REVISION, FILES) as (address, asked):
        at(monkeypatch, address)
        found = find_checkpoint("detector", MODEL, REVISION)
        assert any(line.endswith("/model.safetensors") for line in asked)
        asked.clear()
        assert find_checkpoint("detector", MODEL, REVISION) == found
        assert asked == []
    assert sorted(path.name for path in found.folder.iterdir()) == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
    ]
    assert found.label == f"{MODEL}@01234567"


def test_weights_of_the_second_form_are_taken_where_the_first_is_missing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {name: data for name, data in FILES.items() if name != "model.safetensors"}
    with hub(MODEL, REVISION, files) as (address, _):
        at(monkeypatch, address)
        found = find_checkpoint("detector", MODEL, REVISION)
    assert (found.folder / "pytorch_model.bin").read_bytes() == b"the same again"


def test_a_copy_without_weights_is_completed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program may have fetched the configuration alone."""
    folder = cached(cache, "config.json")
    with hub(MODEL, REVISION, FILES) as (address, _):
        at(monkeypatch, address)
        assert find_checkpoint("detector", MODEL, REVISION).folder == folder
    assert (folder / "model.safetensors").is_file()


def test_a_local_copy_needs_no_hub(cache: Path) -> None:
    folder = cached(cache, "config.json", "model.safetensors")
    assert find_checkpoint("detector", MODEL, REVISION).folder == folder


def test_a_model_that_is_not_here_is_to_be_fetched_ahead(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(
        MissingDependencyError, match=r"^detector\.model: .* not on this machine .* --prefetch`"
    ) as raised:
        find_checkpoint("detector", MODEL, REVISION)
    assert "\n" not in str(raised.value)


def test_a_model_without_weights_is_refused(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub(MODEL, REVISION, {"config.json": b"{}"}) as (address, _):
        at(monkeypatch, address)
        with pytest.raises(RecipeError, match=r"has no weights \(\*\.safetensors or \*\.bin\)"):
            find_checkpoint("detector", MODEL, REVISION)


@pytest.mark.parametrize(
    ("model", "revision"),
    [(MODEL, "f" * 40), ("nobody/nothing", REVISION), ("/no/such/folder", REVISION)],
)
def test_what_no_hub_has_is_refused(
    cache: Path, monkeypatch: pytest.MonkeyPatch, model: str, revision: str
) -> None:
    with hub(MODEL, REVISION, FILES) as (address, _):
        at(monkeypatch, address)
        with pytest.raises(RecipeError, match=rf"^clip\.model: '{model}' is no folder here, and"):
            find_checkpoint("clip", model, revision)


def test_a_missing_package_is_named_with_its_extra() -> None:
    with (
        pytest.raises(MissingDependencyError, match=r"^clip needs the package nothing_like_it:"),
        extra("clip"),
    ):
        import nothing_like_it  # type: ignore[import-not-found]  # noqa: F401
