"""Pins each stage's code to its version: results may not change under an unchanged version.

The pin is a hash of the syntax trees (docstrings left out) of the stage's module and of all
that it imports from the packages that compute results. The engine and the records are left
out: the engine does not change results, and the shape of records is in every stage identity.

    python -m tests.versions --reason "why results are what they were"

writes `tests/versions.pins.json` anew. A stage whose results did change gets a new version in
its `stage()` first; the reason says which of the two it was.
"""

import argparse
import ast
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TypedDict

from pipeline.graph import stages
from pipeline.recipe import FiltersSettings, Identity, Recipe

ROOT = Path(__file__).parents[1]
PINS = Path(__file__).with_name("versions.pins.json")
COMPUTING = (
    *("pipeline.stages", "pipeline.media", "pipeline.models", "pipeline.publish"),
    "pipeline.evaluation",
)
ALSO = ("pipeline.prompts", "pipeline.tasks")


class Pin(TypedDict):
    version: int
    code: str
    reason: str


def current() -> dict[str, tuple[int, str]]:
    """Version and code hash of every stage as they are now, those that recipes leave out too."""
    identity = Identity(filters=FiltersSettings(black=1))
    chain = stages(Recipe(name="pins", identity=identity), Path("dataset"))
    return {s.name: (s.version, _code(f"pipeline.stages.{s.name}")) for s in chain}


def pinned() -> dict[str, Pin]:
    pins: dict[str, Pin] = json.loads(PINS.read_text()) if PINS.exists() else {}
    return pins


def _code(module: str) -> str:
    total = hashlib.sha256()
    for name in sorted(_closure(module)):
        total.update(name.encode() + _tree(name))
    return total.hexdigest()


def _closure(module: str) -> set[str]:
    seen: set[str] = set()
    rest = [module]
    while rest:
        name = rest.pop()
        if name not in seen:
            seen.add(name)
            rest += _imports(name)
    return seen


@cache
def _parsed(module: str) -> ast.Module:
    return ast.parse(_path(module).read_text())


def _path(module: str) -> Path:
    path = ROOT / Path(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _imports(module: str) -> list[str]:
    names: set[str] = set()
    for node in ast.walk(_parsed(module)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    wanted = (n for n in names if n.startswith(COMPUTING) or n in ALSO)
    return sorted(n for n in wanted if _path(n).exists())


def _tree(module: str) -> bytes:
    tree = ast.parse(_path(module).read_text())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            # Docstrings, also those under fields: they say, they do not compute.
            node.body = [s for s in body if not _is_text(s)] or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.dump(tree).encode()


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Pin the stages' code to their versions.")
    parser.add_argument("--reason", required=True, help="Why results did, or did not, change.")
    reason = parser.parse_args().reason
    before = pinned()
    pins: dict[str, Pin] = {}
    for name, (version, code) in current().items():
        old = before.get(name)
        same = old is not None and (old["version"], old["code"]) == (version, code)
        pins[name] = old if old and same else Pin(version=version, code=code, reason=reason)
    PINS.write_text(json.dumps(pins, indent=2) + "\n")


if __name__ == "__main__":
    main()
