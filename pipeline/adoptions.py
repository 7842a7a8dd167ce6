"""Models that changed their name and not themselves.

A label is part of every key. When a provider renames a model, or a server is started with another
name for the same weights, `demitasse adopt WORK --model OLD=NEW` says so: a recipe that names NEW
then keeps the label OLD, under which its results and answers are kept. It is the user's word that
both are one model; it stands in the workspace, and `status` shows it.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from pipeline.errors import UsageError
from pipeline.recipe import ASKED, EndpointModel, Identity, Recipe, Settings
from pipeline.store import Store

FILE: Final = "adopted.json"


@dataclass(frozen=True)
class Adoption:
    """A new name of a model, and the label that it keeps."""

    old: str
    new: str
    at: str
    """When it was said, UTC."""


def adoptions(store: Store) -> list[Adoption]:
    """All that were said for this workspace, oldest first."""
    if not store.exists(FILE):
        return []
    return [Adoption(**entry) for entry in json.loads(store.read(FILE))]


def adopt(store: Store, known: set[str], old: str, new: str) -> Adoption:
    """Record that NEW is OLD; only for the holder of the workspace's lock.

    Args:
        known: labels under which the workspace has answers.

    Raises:
        UsageError: OLD has no answers here, or NEW has some of its own.
    """
    said = adoptions(store)
    kept = label_of(said, old)
    if kept not in known:
        there = ", ".join(sorted(known)) or "none"
        raise UsageError(f"no model {old!r} has answered in {store.root}; known are: {there}")
    if new in known:
        raise UsageError(
            f"{new!r} has answers of its own in {store.root}: two models cannot be told to be one"
        )
    adoption = Adoption(kept, new, datetime.now(UTC).isoformat(timespec="seconds"))
    entries = [asdict(entry) for entry in (*said, adoption)]
    store.write(FILE, json.dumps(entries, indent=1).encode())
    return adoption


def label_of(said: list[Adoption], name: str) -> str:
    """The label that a model of this name keeps."""
    return {entry.new: entry.old for entry in said}.get(name, name)


def adopted(recipe: Recipe, store: Store) -> Recipe:
    """The recipe with the labels that its models keep in this workspace."""
    said = adoptions(store)
    if not said:
        return recipe
    identity = recipe.identity
    changes = {section: _labelled(getattr(identity, section), said) for section in ASKED}
    kept: Identity = identity.model_copy(update=changes)
    return recipe.model_copy(update={"identity": kept})


def _labelled(settings: Settings, said: list[Adoption]) -> Settings:
    if not isinstance(settings, EndpointModel):
        return settings
    label = label_of(said, settings.name)
    return settings if label == settings.name else settings.model_copy(update={"label": label})
