"""Which backend a recipe's settings name, and what stands for its weights in a key.

Backends are imported where they are chosen: a run pays for the libraries that it uses.
"""

from pipeline.llm.session import Section, Session
from pipeline.models.captioner import Captioner
from pipeline.models.detector import Detector
from pipeline.models.embedded import SSD_MOBILENET_V2_COCO
from pipeline.models.embedder import Embedder
from pipeline.models.writer import Writer
from pipeline.recipe import (
    CaptionerRuntime,
    DetectorCaptionerSettings,
    DetectorSettings,
    EmbedderSettings,
    WriterSettings,
)


def captioner_revision(settings: DetectorCaptionerSettings) -> str:
    """What stands for the model's weights in a stage's identity; loads nothing."""
    match settings.kind:
        case "detector":
            return SSD_MOBILENET_V2_COCO.sha256


def load_captioner(settings: DetectorCaptionerSettings, runtime: CaptionerRuntime) -> Captioner:
    """Load the captioner that the recipe names.

    Raises:
        MissingDependencyError: a package or its model is not installed.
    """
    match settings.kind:
        case "detector":
            from pipeline.models.detector_captioner import DetectorCaptioner

            return DetectorCaptioner(settings, runtime)


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
    """What stands for the model's weights in a stage's identity; loads nothing."""
    match settings.kind:
        case "ssd":
            return SSD_MOBILENET_V2_COCO.sha256


def load_detector(settings: DetectorSettings) -> Detector:
    """Load the detector that the recipe names.

    Raises:
        MissingDependencyError: a package or its model is not installed.
    """
    match settings.kind:
        case "ssd":
            from pipeline.models.ssd_detector import SsdDetector

            return SsdDetector(settings)


def make_writer(section: Section, settings: WriterSettings, session: Session | None) -> Writer:
    """The writer that a recipe's `writer` or `judge` section names."""
    match settings.kind:
        case "program":
            from pipeline.models.program.writer import ProgramWriter

            return ProgramWriter()
        case "endpoint":
            from pipeline.models.endpoint_writer import EndpointWriter

            assert session is not None, "who asks endpoints needs a session"
            return EndpointWriter(section, settings, session)
