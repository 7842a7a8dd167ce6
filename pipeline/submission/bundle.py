"""What travels to the cluster: the code, the prompts, the recipe and the small files it names.

Never videos, models or the workspace: those lie where every node sees them, and are named by path.

recipe.yaml    resolved; the files below are named as they will lie in the workspace
pipeline/      this installation's code
prompts/       of a checkout; an installed package has them inside
files/         prompts of the user's own and lists of videos, by content
"""

import csv
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pipeline
from pipeline.errors import InputError, UsageError
from pipeline.inputs import absolute_spec
from pipeline.recipe import Recipe
from pipeline.recipe_file import to_yaml
from pipeline.storage.place import is_url

FILES: Final = "files"
"""The folder of the bundle, and of the workspace, for what the recipe names."""
_LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "*.pyc")


@dataclass
class _Files:
    """The small files of a recipe, and where they will lie."""

    work: str
    contents: dict[str, bytes] = field(default_factory=dict)

    def take(self, path: Path, data: bytes, what: str, *, by_url: bool = False) -> str:
        """Put a file into the bundle; returns the place that nodes find it under.

        Args:
            by_url: it is read from object storage as well as from a disk.

        Raises:
            UsageError: the workspace is no place for files that are read by path.
        """
        if is_url(self.work) and not by_url:
            raise UsageError(
                f"{what} names the file {path} of this machine, and a workspace at {self.work} is "
                "no folder to put it into: name a file that every node has"
            )
        name = f"{sha256(data).hexdigest()[:8]}-{path.name}"
        self.contents[name] = data
        return f"{self.work}/{FILES}/{name}"


@contextmanager
def bundle(recipe: Recipe, work: str) -> Iterator[Path]:
    """A folder with all that travels, as long as the block lasts.

    Args:
        recipe: as loaded, its inputs relative to this folder.
        work: the workspace, absolute.

    Raises:
        UsageError: a file that it names cannot be read or cannot travel, or it names no inputs.
    """
    files = _Files(work)
    specs = tuple(_input(spec, files) for spec in recipe.inputs)
    if not specs:
        raise UsageError(f"recipe {recipe.name} names no inputs: add some, or name videos")
    identity = _with_prompts(recipe, files)
    settled = recipe.model_copy(update={"inputs": specs, "identity": identity})
    with TemporaryDirectory(prefix="demitasse-") as name:
        root = Path(name)
        code = Path(pipeline.__file__).parent
        shutil.copytree(code, root / "pipeline", ignore=_LEFT_OUT)
        if (prompts := code.parent / "prompts").is_dir() and not (code / "_assets").is_dir():
            shutil.copytree(prompts, root / "prompts")
        (root / FILES).mkdir()
        for file, data in files.contents.items():
            (root / FILES / file).write_bytes(data)
        (root / "recipe.yaml").write_text(to_yaml(settled), encoding="utf-8")
        yield root


def _with_prompts(recipe: Recipe, files: _Files) -> Any:
    """The recipe's identity with the paths that its own prompts will have."""
    changed = {}
    for section in type(recipe.identity).model_fields:
        settings = getattr(recipe.identity, section)
        names = [n for n in getattr(type(settings), "model_fields", {}) if n.endswith("prompt")]
        update = {
            name: files.take(path, _bytes(path), f"{section}.{name}")
            for name in names
            if (path := Path(getattr(settings, name) or "")).suffix == ".md" and path.is_file()
        }
        if update:
            changed[section] = settings.model_copy(update=update)
    return recipe.identity.model_copy(update=changed)


def _input(spec: str, files: _Files) -> str:
    """An input as the cluster names it; a list of videos that is here travels."""
    if is_url(spec):
        return spec
    path = Path(absolute_spec(spec))
    if path.suffix.lower() == ".csv" and path.is_file():
        data, remote = _listed(path)
        if is_url(files.work) and not remote:
            raise UsageError(
                f"{path} lists videos by paths of this machine, and in the workspace {files.work} "
                "it would be read as a list of URLs: name the videos by URL, or take a --work "
                "that is a folder"
            )
        return files.take(path, data, "the list of inputs", by_url=True)
    return str(path)


def _listed(path: Path) -> tuple[bytes, bool]:
    """A `videos.csv` whose paths no longer depend on where it lies, and whether none is a path.

    Raises:
        InputError: it is no list of videos.
    """
    try:
        rows = list(csv.reader(io.StringIO(_bytes(path).decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is no list of videos: {error}") from error
    names = [name.strip() for name in rows[0]] if rows else []
    if "path" not in names:
        raise InputError(f"{path} is no list of videos: its first line names no column `path`")
    at, remote = names.index("path"), True
    for row in rows[1:]:
        if len(row) > at and (named := row[at].strip()) and not is_url(named):
            row[at] = os.path.abspath(path.parent / named)
            remote = False
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode(), remote


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
