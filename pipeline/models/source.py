"""Where a model's weights come from, and the revision that stands for them in keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from blake3 import blake3

from pipeline.errors import RecipeError
from pipeline.models.embedded import EmbeddedModel


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model that a recipe names, found."""

    name: str
    revision: str
    """The pinned hash of an embedded model, the content hash of a folder, a hub's revision."""
    embedded: EmbeddedModel | None = None
    folder: Path | None = None
    """Neither: the model is on a hub."""


def find_model(
    section: str, name: str, revision: str | None, embedded: Mapping[str, EmbeddedModel]
) -> ModelSource:
    """Find out which of the three a recipe's `model` means; loads and fetches nothing.

    Args:
        section: of the recipe, for the message.

    Raises:
        RecipeError: it is none of the three, or a hub's model without a revision, which could
            change from one run to the next and leave every key as it was.
    """
    if name in embedded:
        return ModelSource(name, embedded[name].sha256, embedded=embedded[name])
    folder = Path(name).expanduser()
    if folder.is_dir():
        return ModelSource(name, fingerprint(folder), folder=folder)
    if revision is None:
        raise RecipeError(
            f"{section}.model: {name!r} is no folder here{_nor(embedded)}; for a model of a hub "
            f"set {section}.revision to a commit of it"
        )
    return ModelSource(name, revision)


def _nor(embedded: Mapping[str, EmbeddedModel]) -> str:
    return f" and no embedded model ({', '.join(sorted(embedded))})" if embedded else ""


def fingerprint(folder: Path) -> str:
    """BLAKE3 of a model folder's files and their names, 128 bits in hex."""
    total = blake3()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        status = path.stat()
        content = _content(path, status.st_size, status.st_mtime_ns)
        total.update(f"{path.relative_to(folder).as_posix()}\0".encode() + content)
    return total.hexdigest(length=16)


@lru_cache(maxsize=256)
def _content(path: Path, size: int, modified_ns: int) -> bytes:
    """The file's hash; weights are many gigabytes, and a plan asks for them more than once."""
    return blake3(max_threads=blake3.AUTO).update_mmap(path).digest()
