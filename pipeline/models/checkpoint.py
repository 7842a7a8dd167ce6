"""A model's files on this machine: a folder of the user's, or the local copy of a hub's revision.

Backends load from the folder that is found here and nothing else, so that no library asks a hub
for anything on its own, and fetching ahead is the same call as finding.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Final

from pipeline.errors import MissingDependencyError, RecipeError
from pipeline.models.source import ModelSource, find_model

SAFETENSORS: Final = ("*.safetensors", "*.bin")
"""Weights as transformers has them, the better form first."""
_LONGEST_REASON: Final = 300
"""Characters; libraries list every tensor that does not fit."""
_BESIDE: Final = ("*.json", "*.txt", "*.model", "*.jinja")
"""Configuration and tokenizer; a hub's folder holds much else."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model that a recipe names, on this machine."""

    section: str
    """Of the recipe, for messages."""
    source: ModelSource
    folder: Path

    @property
    def label(self) -> str:
        """`<name>@<start of the revision>`; a folder's own name, for paths are not published."""
        folder = self.source.folder
        name = folder.resolve().name if folder else self.source.name
        return f"{name}@{self.source.revision[:8]}"

    def refused(self, reason: object) -> RecipeError:
        """The error of a checkpoint that is not what its section needs."""
        told = shorten(str(reason), _LONGEST_REASON)
        return RecipeError(f"{self.section}.model: {self.source.name!r} cannot be used: {told}")


@contextmanager
def extra(needed_by: str, name: str = "models") -> Iterator[None]:
    """Say which extra brings the package that an import in the block does not find.

    Args:
        needed_by: what of the recipe or the command cannot go on without it.
        name: of the extra.

    Raises:
        MissingDependencyError: in place of the `ModuleNotFoundError`.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"{needed_by} needs the package {error.name}: install demitasse with its extra `{name}`"
        ) from error


def find_checkpoint(
    section: str, model: str, revision: str | None, weights: Sequence[str] = SAFETENSORS
) -> Checkpoint:
    """Find a model's files, and fetch them where they are on a hub and not here.

    Args:
        weights: patterns of files; the first of which there are any is used.

    Raises:
        RecipeError: it is neither a folder nor a revision of a hub's model, or has no weights.
        MissingDependencyError: its files are not here, and the hub cannot be reached.
    """
    source = find_model(section, model, revision, {})
    if source.folder is not None:
        return Checkpoint(section, source, source.folder)
    with extra(f"{section}.model {model!r}"):
        import huggingface_hub.errors as hub
        from httpx2 import HTTPError
    try:
        for local in (True, False):
            for pattern in weights:
                folder = _snapshot(source, pattern, local)
                if folder is not None and any(folder.glob(pattern)):
                    return Checkpoint(section, source, folder)
    except (hub.RepositoryNotFoundError, hub.RevisionNotFoundError, hub.HFValidationError) as error:
        raise RecipeError(
            f"{section}.model: {model!r} is no folder here, and the hub has no such model at "
            f"revision {revision}, or none for this user: {_first_line(error)}"
        ) from error
    except (OSError, HTTPError) as error:
        raise MissingDependencyError(
            f"{section}.model: {model!r} at revision {revision} is not on this machine and cannot "
            f"be fetched now ({_first_line(error)}): run `demitasse doctor RECIPE --prefetch` "
            "where the hub can be reached"
        ) from error
    raise RecipeError(
        f"{section}.model: {model!r} at revision {revision} has no weights "
        f"({' or '.join(weights)}) on the hub"
    )


def _snapshot(source: ModelSource, weights: str, local: bool) -> Path | None:
    """The local copy with these weights; None where it may not be fetched and is not here."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(
            snapshot_download(
                source.name,
                revision=source.revision,
                allow_patterns=[*_BESIDE, weights],
                local_files_only=local,
            )
        )
    except LocalEntryNotFoundError:
        if local:
            return None
        raise


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".:")
