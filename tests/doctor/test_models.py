"""What `doctor RECIPE` says of the models that a recipe runs itself, and fetches of them."""

import json
import sys
from pathlib import Path

import pytest

from pipeline.cli import exit_codes
from pipeline.doctor.check import Check
from pipeline.doctor.models import model_checks
from pipeline.doctor.weights import Weights, needed
from pipeline.recipe import Recipe
from pipeline.recipe_file import load_recipe
from tests.cli.command import demitasse
from tests.fakes.hub import hub

JOBS = Path(__file__).parents[2] / "jobs"
COMMIT = "c0ffee" + "0" * 34


def checks(recipe: Recipe) -> dict[str, Check]:
    return {check.name: check for check in model_checks(recipe)}


def served(command: str) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "t",
            "identity": {"writer": {"kind": "server", "model": "m", "revision": "r"}},
            "runtime": {"writer": {"command": command}},
        }
    )


def test_the_offline_recipe_needs_embedded_models_and_no_weights() -> None:
    assert not list(needed(Recipe(name="offline")))
    found = checks(Recipe(name="offline"))
    assert {check.state for check in found.values()} == {"ok"}
    assert "transformers" not in found


def test_the_detector_of_faces_is_looked_for_where_faces_are_covered() -> None:
    recipe = Recipe.model_validate({"name": "t", "identity": {"publish": {"blur_faces": {}}}})
    assert checks(recipe)["model yunet-2023mar-int8bq"].state == "ok"
    assert "model yunet-2023mar-int8bq" not in checks(Recipe(name="offline"))


def test_the_paper_s_recipe_names_everything_it_needs_with_a_revision() -> None:
    recipe = load_recipe(JOBS / "videoespresso.yaml", [])
    wanted = {weights.section: weights for weights in needed(recipe)}
    assert set(wanted) == {"embedder", "clip", "captioner", "writer", "judge", "detector"}
    assert all(w.revision and len(w.revision) == 40 for w in wanted.values())
    found = checks(recipe)
    assert {"transformers", "torchvision", "open_clip_torch"} <= set(found)
    assert {f"server {name}" for name in ("captioner", "writer", "judge")} <= set(found)


def test_a_folder_is_its_own_weights(tmp_path: Path) -> None:
    identity = {"clip": {"model": str(tmp_path)}}
    recipe = Recipe.model_validate({"name": "t", "identity": identity})
    assert checks(recipe)["weights clip"].state == "ok"


def test_a_server_s_program_is_looked_for_and_its_command_shown() -> None:
    found = checks(
        served(f"{sys.executable} -m some.server --port {{port}} {{model}}@{{revision}}")
    )
    assert found["server writer"].state == "ok"
    assert found["server writer"].detail.endswith("--port 0 m@r")
    missing = checks(served("no-such-program --port {port}"))["server writer"]
    assert missing.state == "missing" and "no-such-program" in missing.detail
    deaf = checks(served(sys.executable))["server writer"]
    assert deaf.state == "missing" and "no {port}" in deaf.detail


def test_what_is_slow_without_a_gpu_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    warned = checks(served(f"{sys.executable} --port {{port}}"))["gpus"]
    assert warned.state == "warning" and warned.detail.startswith("0 of the 1")
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\necho 'NVIDIA H100'\necho 'NVIDIA H100'\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert checks(served(f"{sys.executable} --port {{port}}"))["gpus"].state == "ok"


FILES = {
    "config.json": b'{"model_type": "clip"}',
    "model.safetensors": b"weights",
    "pytorch_model.bin": b"the same weights again",
    "flax_model.msgpack": b"and again",
}


def test_prefetch_brings_what_is_missing_once_and_only_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(f"clip:\n  model: lab/clip\n  revision: {COMMIT}\n")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    with hub("lab/clip", COMMIT, FILES) as (address, asked):
        monkeypatch.setenv("HF_ENDPOINT", address)
        before = demitasse("doctor", str(recipe), "--json")
        assert not asked, "looking asks nobody"
        mends = {c["name"]: c["mend"] for c in json.loads(before.stdout)["checks"]}
        assert mends["weights clip"] == f"demitasse doctor {recipe} --prefetch"
        assert before.status == exit_codes.FAILED
        done = demitasse("doctor", str(recipe), "--prefetch", "--json")
        found = {c["name"]: c for c in json.loads(done.stdout)["checks"]}
        assert found["weights clip"]["state"] == "ok", done.stderr
        folder = Path(found["weights clip"]["detail"].split(" in ", 1)[1])
        assert {p.name for p in folder.iterdir()} == {"config.json", "model.safetensors"}
        assert (folder / "model.safetensors").read_bytes() == b"weights"
        before_again = len(asked)
        again = demitasse("doctor", str(recipe), "--prefetch", "--json")
        assert again.status == done.status
        assert len(asked) == before_again, "what is here is not asked for again"


def test_a_hub_that_does_not_have_it_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(f"clip:\n  model: lab/other\n  revision: {COMMIT}\n")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    with hub("lab/clip", COMMIT, FILES) as (address, _):
        monkeypatch.setenv("HF_ENDPOINT", address)
        done = demitasse("doctor", str(recipe), "--prefetch")
    assert done.status == exit_codes.FAILED
    assert "the weights of clip.model lab/other@c0ffee00 could not be fetched" in done.stderr
    assert "Traceback" not in done.stderr


def test_prefetch_without_a_recipe_is_refused() -> None:
    done = demitasse("doctor", "--prefetch")
    assert done.status == exit_codes.WRONG_USE
    assert "name one" in done.stderr


def test_weights_are_named_with_their_revision() -> None:
    assert Weights("clip", "lab/clip", COMMIT).name == "lab/clip@c0ffee00"
    assert Weights("clip", "folder", None).name == "folder"
