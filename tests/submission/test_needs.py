"""What nodes must have for a recipe."""

from pathlib import Path

import pytest

from pipeline.recipe_file import load_recipe
from pipeline.submission import needs
from pipeline.submission.needs import extras, requirements, servers

JOBS = Path("jobs")
VLM = ["captioner.kind=transformers", "captioner.model=/models/vlm"]
POLICY = [
    "policy.kind=endpoint",
    "policy.model=m",
    "policy.base_url=http://127.0.0.1:8000/v1",
]
OFF = ["embedder.model=/models/e5", "detector.kind=transformers", "detector.model=/models/dino"]


@pytest.mark.parametrize(
    ("recipe", "changes", "wanted"),
    [
        ("demo", [], ["offline"]),
        ("endpoint", [], ["endpoint", "offline"]),
        ("videoespresso", [], ["embeddings", "endpoint", "models"]),
        ("demo", ["inputs=[/videos]", *VLM, *OFF], ["embeddings", "models"]),
        ("offline", ["clip.model=/models/clip"], ["models", "offline"]),
        ("demo", ["publish.blur_faces={}"], ["faces", "offline"]),
        ("demo", ["publish.blur_faces.model=/models/yunet.onnx"], ["offline"]),
        ("rollouts", [], ["offline"]),
        ("rollouts", ["rollouts.problem_type=math", *POLICY], ["endpoint", "offline"]),
    ],
)
def test_the_kinds_of_a_recipe_choose_the_extras(
    recipe: str, changes: list[str], wanted: list[str]
) -> None:
    assert extras(load_recipe(JOBS / f"{recipe}.yaml", changes)) == wanted


@pytest.mark.parametrize(
    ("inputs", "work"), [("s3://bucket/videos", "/shared/work"), ("/videos", "s3://bucket/work")]
)
def test_places_on_object_storage_need_its_client(inputs: str, work: str) -> None:
    recipe = load_recipe(JOBS / "demo.yaml", [f"inputs=[{inputs}]"])
    assert extras(recipe, work) == ["object-storage", "offline"]
    assert any(line.startswith("obstore") for line in requirements(recipe, work))


def test_extras_that_name_others_are_followed_and_ray_is_left_to_the_cluster() -> None:
    asked = requirements(load_recipe(JOBS / "videoespresso.yaml", []))
    names = {line.split(">")[0].split("<")[0].split("[")[0] for line in asked}
    assert {"pydantic", "transformers", "sentence-transformers", "openai"} <= names
    assert not {"ray", "demitasse", "pytest", "scikit-video"} & names
    assert any(line.startswith("decord") and "platform_machine" in line for line in asked)


def test_an_installed_package_knows_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = load_recipe(JOBS / "endpoint.yaml", [])
    monkeypatch.setattr(needs, "_of_checkout", dict)
    asked = requirements(recipe)
    assert any(line.startswith("openai") for line in asked)
    assert not any("extra ==" in line for line in asked)


def test_programs_that_serve_models_are_named() -> None:
    assert servers(load_recipe(JOBS / "videoespresso.yaml", [])) == ["vllm"]
