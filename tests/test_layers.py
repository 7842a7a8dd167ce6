"""Imports run one way, and a stage never imports another stage."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "pipeline"

BASE = {
    *("records", "tasks", "recipe", "prompts", "errors", "outcome", "removals"),
    *("partition", "storage", "store"),
}
"""What everything may import; `recipe_file`, `inputs`, `overrides`, `schemas` serve `cli`."""

MAY_IMPORT = {
    "cli": None,
    "graph": {"engine", "stages", "llm", "overrides", "evaluation"},
    "stale_overrides": {"engine", "overrides"},
    "inspection": {"engine", "publish", "contact_sheet", "calls"},
    "calls": {"llm"},
    "upkeep": {"calibration", "engine", "graph", "inputs", "llm", "media", "publish"},
    "report": {"engine", "publish", "inspection", "overrides", "media"},
    "sent_pictures": {"engine", "llm", "models", "calls"},
    "cutting": {"media", "publish", "recipe_file", "video_files"},
    "imports": {"publish", "csv_rows"},
    "benchmark": {"publish", "csv_rows", "recipe_file"},
    "submission": {"recipe_file", "inputs"},
    "doctor": {"llm", "models"},
    "calibration": {"engine", "stages"},
    "validation": {"publish", "stages", "media", "evaluation"},
    "stages": {"engine", "models", "media", "publish", "llm", "recipe_file", "evaluation"},
    "harness": {
        *("engine", "stages", "models", "media", "publish", "llm", "evaluation"),
        *(
            "benchmark",
            "cutting",
            "imports",
            "recipe_file",
            "recipe_problems",
            "recipe_text",
            "video_files",
        ),
    },
    "publish": {"engine", "media", "models", "schemas", "video_files", "evaluation"},
    "evaluation": set[str](),
    "engine": set[str](),
    "models": {"llm"},
    "llm": set[str](),
    "media": set[str](),
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_imports_only_from_below(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0].removesuffix(".py")
    allowed = MAY_IMPORT.get(own, set())
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "pipeline" or len(parts) < 2 or allowed is None:
            continue
        other = parts[1]
        assert other != "cli", f"{path.name} imports the command line"
        exists = (ROOT / other).is_dir() or (ROOT / f"{other}.py").exists()
        if own in MAY_IMPORT and exists and other not in {own, *BASE}:
            assert other in allowed, f"{own} imports {other}"


@pytest.mark.parametrize("path", sorted((ROOT / "stages").glob("*.py")), ids=lambda p: p.stem)
def test_a_stage_imports_no_other_stage(path: Path) -> None:
    stages = {p.stem for p in (ROOT / "stages").glob("*.py") if "def stage(" in p.read_text()}
    for name in imports(path):
        if name.startswith("pipeline.stages."):
            assert name.split(".")[2] not in stages, name


@pytest.mark.parametrize("path", sorted((ROOT / "validation").rglob("*.py")), ids=lambda p: p.stem)
def test_validation_uses_the_rules_of_selection_and_no_stage(path: Path) -> None:
    for name in imports(path):
        if name.startswith("pipeline.stages"):
            assert name.startswith("pipeline.stages.selection_rules."), name


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_file_holds_more_than_one_idea(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
