"""Rewards as one file that needs nothing but Python, for machines where Demitasse is not installed.

Trainers pin their own versions of Ray and torch, and verl loads its reward from a file's path. The
file is the modules of this library one after the other, without their imports of each other, so
what trains is what is tested. They may import the standard library only, and no two may give one
name to two things; `tests/evaluation/rewards/test_standalone.py` holds both.
"""

import ast
from importlib import resources
from typing import Final, Literal

Trainer = Literal["trl", "verl"]

_ROOT: Final = "pipeline.evaluation"
_ENTRY: Final[dict[Trainer, str]] = {
    "trl": f"{_ROOT}.rewards.trl",
    "verl": f"{_ROOT}.rewards.verl",
}


def standalone(trainer: Trainer) -> str:
    """The source of the reward file for a trainer."""
    names: list[str] = []
    _collect(_ENTRY[trainer], names)
    outside: dict[str, set[str]] = {}
    bodies = [_body(name, outside) for name in names]
    head = ast.get_docstring(ast.parse(_source(_ENTRY[trainer]))) or ""
    told = f'r"""{head}\n\nWritten by Demitasse from its `{_ROOT}`; Apache-2.0.\n"""'
    return "\n\n\n".join([told, _imports(outside), *bodies]) + "\n"


def modules(trainer: Trainer) -> tuple[str, ...]:
    """The modules that the file is made of, each after those it uses."""
    names: list[str] = []
    _collect(_ENTRY[trainer], names)
    return tuple(names)


def _collect(name: str, names: list[str]) -> None:
    for node in ast.parse(_source(name)).body:
        if isinstance(node, ast.ImportFrom) and node.module and _is_ours(node.module):
            _collect(node.module, names)
    if name not in names:
        names.append(name)


def _body(name: str, outside: dict[str, set[str]]) -> str:
    """A module without its imports and its docstring; imports of Python's own are collected."""
    source = _source(name)
    tree = ast.parse(source)
    kept: list[str] = [f"# {name}"]
    lines = source.splitlines()
    for number, node in enumerate(tree.body):
        if number == 0 and isinstance(node, ast.Expr):
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            if not (isinstance(node, ast.ImportFrom) and _is_ours(node.module or "")):
                module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
                outside.setdefault(module, set()).update(alias.name for alias in node.names)
            continue
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        kept.append("\n".join(_comments_above(lines, first) + lines[first - 1 : node.end_lineno]))
    return "\n\n\n".join(kept)


def _imports(outside: dict[str, set[str]]) -> str:
    """One line a module; whole modules, under the key of nothing, come first."""
    whole = [f"import {name}" for name in sorted(outside.get("", ()))]
    parts = [f"from {m} import {', '.join(sorted(ns))}" for m, ns in sorted(outside.items()) if m]
    return "\n".join([*whole, "", *parts])


def _comments_above(lines: list[str], first: int) -> list[str]:
    start = first - 1
    while start > 0 and lines[start - 1].startswith("#"):
        start -= 1
    return lines[start : first - 1]


def _is_ours(module: str) -> bool:
    return module.startswith(f"{_ROOT}.")


def _source(name: str) -> str:
    package, _, module = name.rpartition(".")
    return resources.files(package).joinpath(f"{module}.py").read_text(encoding="utf-8")
