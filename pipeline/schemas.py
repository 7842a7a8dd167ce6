"""Writes `schemas/`: the JSON Schema of every record, of the published rows, of the recipe.

`python -m pipeline.schemas` writes the folder of a checkout anew; with `--check` it only tells
whether that would change anything. A published table replaces the internal record of its name:
whoever opens `sample.schema.json` wants the columns of the dataset.
"""

import functools
import inspect
import operator
import sys
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel, create_model

import pipeline
from pipeline import records
from pipeline.engine.columns import table_name
from pipeline.harness.results import Results
from pipeline.models import pause_replies, replies
from pipeline.publish import dataset
from pipeline.publish.json_schema import json_schema
from pipeline.recipe import Identity, Recipe, Runtime, Settings, applying
from pipeline.recipe_problems import choices

FOLDER: Final = Path(pipeline.__file__).parents[1] / "schemas"
_SUFFIX: Final = ".schema.json"


def documents() -> dict[str, str]:
    """File name to text, for every schema there is."""
    tables: dict[str, type[Any]] = {
        table_name(found): found
        for _, found in inspect.getmembers(records, inspect.isclass)
        if issubclass(found, records.Record) and found is not records.Record
    }
    answers = {
        f"reply_{name}": reply for name, reply in (replies.BY_NAME | pause_replies.BY_NAME).items()
    }
    evaluation: dict[str, type[Any]] = {"results": Results}
    kinds = {**tables, **dataset.SCHEMAS, **answers, **evaluation, "recipe": recipe_file()}
    return {f"{name}{_SUFFIX}": json_schema(kind) for name, kind in sorted(kinds.items())}


def recipe_file() -> type[BaseModel]:
    """A recipe as its file spells it: flat, a section's identity and runtime fields together."""
    sections: dict[str, Any] = {
        name: (field.annotation, field) for name, field in Identity.model_fields.items()
    }
    for name, field in Runtime.model_fields.items():
        kind: Any = field.annotation
        if name in sections:
            identity, _ = sections[name]
            kinds = tuple(_joined(name, choice, kind) for choice in choices(identity))
            if len(kinds) > 1:
                # A model of any kind; which fields go together its `kind` tells.
                sections[name] = (functools.reduce(operator.or_, kinds), kinds[0]())
                continue
            kind = kinds[0]
        sections[name] = (kind, kind())
    inputs = Recipe.model_fields["inputs"]
    fields: dict[str, Any] = {
        "name": (str | None, None),
        "inputs": (inputs.annotation, inputs),
        **sections,
    }
    return create_model("Recipe", __base__=Settings, **fields)


def _joined(section: str, identity: type[BaseModel], runtime: type[BaseModel]) -> type[BaseModel]:
    """A section as its file spells it, with the runtime settings that its kinds use."""
    kinds = get_args(identity.model_fields["kind"].annotation) if _has_kind(identity) else ("",)
    used = frozenset[str]().union(*(applying(section, kind, runtime) for kind in kinds))
    fields: dict[str, Any] = {
        name: (field.annotation, field)
        for name, field in runtime.model_fields.items()
        if name in used
    }
    return create_model(identity.__name__, __base__=identity, **fields)


def _has_kind(identity: type[BaseModel]) -> bool:
    return "kind" in identity.model_fields


def stale(folder: Path) -> list[str]:
    """Names of the files that are missing, out of date, or of a record that is gone."""
    wanted = documents()
    there = {p.name: p.read_text(encoding="utf-8") for p in folder.glob(f"*{_SUFFIX}")}
    return sorted(name for name in wanted | there if wanted.get(name) != there.get(name))


def write(folder: Path) -> None:
    """Make the folder's schemas what the code says."""
    wanted = documents()
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale(folder):
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8", newline="\n")
        else:
            (folder / name).unlink()


def main(arguments: list[str]) -> str | None:
    """What is wrong, for the exit status, or None."""
    if arguments == ["--check"]:
        if names := stale(FOLDER):
            changed = ", ".join(names)
            return f"schemas/ is out of date ({changed}): run `python -m pipeline.schemas`"
        return None
    if arguments:
        return "usage: python -m pipeline.schemas [--check]"
    write(FOLDER)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
