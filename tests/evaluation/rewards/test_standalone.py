"""The reward file without us: the same rewards, from nothing but Python."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.evaluation.rewards import trl, verl
from pipeline.evaluation.rewards.standalone import Trainer, modules, standalone

REPLIES = [
    r"\boxed{A}<think>t</think>\boxed{B}",
    r"\boxed{Let's analyze the problem step by step.}<think>t</think>\boxed{B}",
    "<think>t</think> <answer>B</answer>",
    "Answer: B",
    "",
]


def load(trainer: Trainer, folder: Path) -> ModuleType:
    """From a file, under a name that no import knows."""
    path = folder / f"reward_{trainer}.py"
    path.write_text(standalone(trainer))
    spec = importlib.util.spec_from_file_location(f"custom_{trainer}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("trainer", ["trl", "verl"])
def test_it_imports_only_python_s_own(trainer: Trainer) -> None:
    imported = {
        (node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name)
        for node in ast.walk(ast.parse(standalone(trainer)))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


@pytest.mark.parametrize("trainer", ["trl", "verl"])
def test_no_two_modules_give_one_name_to_two_things(trainer: Trainer) -> None:
    seen: dict[str, str] = {}
    for module in modules(trainer):
        spec = importlib.util.find_spec(module)
        assert spec and spec.origin
        for node in ast.parse(Path(spec.origin).read_text()).body:
            for name in bound(node):
                assert name not in seen, f"{name} is in {module} and in {seen[name]}"
                seen[name] = module


def bound(node: ast.stmt) -> list[str]:
    """The names that a statement of a module binds, imports of ours under another name too."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipeline."):
        assert not any(alias.asname for alias in node.names), ast.unparse(node)
    return []


def test_verl_s_file_gives_the_same_rewards(tmp_path: Path) -> None:
    module = load("verl", tmp_path)
    for reply in REPLIES:
        given = ("demitasse", reply, "B", {"form": "answer-think-answer"})
        assert module.compute_score(*given) == verl.compute_score(*given)


def test_trl_s_file_gives_the_same_rewards(tmp_path: Path) -> None:
    module = load("trl", tmp_path)
    columns = {"solution": ["B"] * len(REPLIES)}
    for name in ("task_reward", "format_reward"):
        ours = getattr(trl, name)(REPLIES, REPLIES, **columns)
        assert getattr(module, name)(REPLIES, REPLIES, **columns) == ours
    ours = trl.weighted_reward()(REPLIES, REPLIES, **columns)
    assert module.weighted_reward()(REPLIES, REPLIES, **columns) == ours


def test_it_runs_where_nothing_is_installed(tmp_path: Path) -> None:
    (tmp_path / "reward.py").write_text(standalone("verl"))
    code = "import reward, json; print(json.dumps(reward.compute_score('', 'Answer: C', 'C')))"
    told = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = ['.']; {code}"],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert json.loads(told.stdout)["score"] == 1
