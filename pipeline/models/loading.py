"""Which backend a recipe's settings name, and what stands for its weights in a key.

Backends are imported where they are chosen: a run pays for the libraries that it uses.
"""

from typing import Any

from pipeline import prompts
from pipeline.llm.session import Section, Session
from pipeline.models.box_check import BoxCheck
from pipeline.models.captioner import Captioner
from pipeline.models.detector import Detector
from pipeline.models.embedded import SSD_MOBILENET_V2_COCO
from pipeline.models.embedder import Embedder
from pipeline.models.source import find_model
from pipeline.models.writer import Writer
from pipeline.prompts import Prompt
from pipeline.recipe import (
    CaptionerRuntime,
    CaptionerSettings,
    ClipSettings,
    DetectorCaptionerSettings,
    DetectorRuntime,
    DetectorSettings,
    EmbedderSettings,
    EndpointCaptionerSettings,
    EndpointDetectorSettings,
    EndpointModel,
    PolicySettings,
    ProgramPolicySettings,
    ProgramWriterSettings,
    SsdDetectorSettings,
    TransformersCaptionerSettings,
    TransformersDetectorSettings,
    WriterSettings,
)


def model_identity(
    settings: CaptionerSettings | DetectorSettings | WriterSettings | PolicySettings,
) -> Any:
    """What of a model's settings enters the identity of a stage.

    Of a model that is asked over HTTP its label counts and nothing of how it is reached: neither
    the name that a server knows it by nor who runs the server.
    """
    told = settings.model_dump(mode="json")
    if isinstance(settings, EndpointModel):
        del told["model"], told["revision"], told["dtype"]
        told |= {"kind": "endpoint", "label": settings.name}
    return told


def captioner_revision(settings: CaptionerSettings) -> str:
    """What stands for the model's weights in a stage's identity; loads nothing.

    Raises:
        RecipeError: the model is neither a folder nor has a revision.
    """
    match settings:
        case DetectorCaptionerSettings():
            return SSD_MOBILENET_V2_COCO.sha256
        case TransformersCaptionerSettings():
            return find_model("captioner", settings.model, settings.revision, {}).revision
        case EndpointCaptionerSettings():
            return settings.name


def load_captioner(
    settings: CaptionerSettings, runtime: CaptionerRuntime, session: Session | None = None
) -> Captioner:
    """Load the captioner that the recipe names.

    Raises:
        RecipeError: the model is not there, or is none that captions.
        MissingDependencyError: a package or its model is not installed.
    """
    match settings:
        case DetectorCaptionerSettings():
            from pipeline.models.detector_captioner import DetectorCaptioner

            return DetectorCaptioner(settings, runtime)
        case TransformersCaptionerSettings():
            from pipeline.models.transformers_captioner import TransformersCaptioner

            return TransformersCaptioner(settings, runtime)
        case EndpointCaptionerSettings():
            from pipeline.models.endpoint_captioner import EndpointCaptioner

            assert session is not None, "who asks endpoints needs a session"
            return EndpointCaptioner(settings, session)


def embedder_revision(settings: EmbedderSettings) -> str:
    """What stands for the model's weights in a stage's identity; loads nothing.

    Raises:
        RecipeError: the model's name is neither embedded, nor a folder, nor has a revision.
    """
    match settings.kind:
        case "sentence-transformers":
            from pipeline.models.sentence_embedder import source

            return source(settings).revision


def load_embedder(settings: EmbedderSettings) -> Embedder:
    """Load the embedder that the recipe names.

    Raises:
        RecipeError: the model's name is neither embedded, nor a folder, nor has a revision.
        MissingDependencyError: a package or its model is not installed.
    """
    match settings.kind:
        case "sentence-transformers":
            from pipeline.models.sentence_embedder import SentenceEmbedder

            return SentenceEmbedder(settings)


def detector_revision(settings: DetectorSettings) -> str:
    """What stands for the model's weights in a stage's identity; loads nothing.

    Raises:
        RecipeError: the model is neither a folder nor has a revision.
    """
    match settings:
        case SsdDetectorSettings():
            return SSD_MOBILENET_V2_COCO.sha256
        case TransformersDetectorSettings():
            return find_model("detector", settings.model, settings.revision, {}).revision
        case EndpointDetectorSettings():
            return settings.name


def load_detector(
    settings: DetectorSettings, runtime: DetectorRuntime, session: Session | None = None
) -> Detector:
    """Load the detector that the recipe names.

    Raises:
        RecipeError: the model is not there, or is none that detects.
        MissingDependencyError: a package or its model is not installed.
    """
    match settings:
        case SsdDetectorSettings():
            from pipeline.models.ssd_detector import SsdDetector

            return SsdDetector(settings)
        case TransformersDetectorSettings():
            from pipeline.models.transformers_detector import TransformersDetector

            return TransformersDetector(settings, runtime)
        case EndpointDetectorSettings():
            from pipeline.models.endpoint_detector import EndpointDetector

            assert session is not None, "who asks endpoints needs a session"
            return EndpointDetector(settings, session)


def detection_prompt(settings: DetectorSettings) -> Prompt | None:
    """What a detector that is a language model is asked; None for the others.

    Raises:
        PromptError: there is no such prompt, or it is not valid.
    """
    if isinstance(settings, EndpointDetectorSettings):
        return prompts.load(settings.prompt)
    return None


def clip_revision(settings: ClipSettings) -> str | None:
    """What stands for the weights of the box check; None where there is none.

    Raises:
        RecipeError: the model is neither a folder nor has a revision.
    """
    if settings.model is None:
        return None
    return find_model("clip", settings.model, settings.revision, {}).revision


def load_box_check(settings: ClipSettings, runtime: DetectorRuntime) -> BoxCheck | None:
    """Load the box check that the recipe names; None where it names none.

    Raises:
        RecipeError: the model is not there, or is no CLIP.
        MissingDependencyError: open_clip is not installed.
    """
    if settings.model is None:
        return None
    from pipeline.models.clip_check import ClipCheck

    return ClipCheck(settings, runtime)


def make_writer(
    section: Section, settings: WriterSettings | PolicySettings, session: Session | None
) -> Writer:
    """The writer that a recipe's `writer`, `judge` or `policy` section names."""
    if isinstance(settings, ProgramWriterSettings | ProgramPolicySettings):
        from pipeline.models.program.writer import ProgramWriter

        return ProgramWriter()
    from pipeline.models.endpoint_writer import EndpointWriter

    assert session is not None, "who asks endpoints needs a session"
    return EndpointWriter(section, settings, session)
