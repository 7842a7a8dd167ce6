"""Settings of an evaluation: which model answers which questions from what, and how it is graded.

As in a recipe, what changes a result and how the work is carried out are two models; the second
is the recipe's own.
"""

from typing import Annotated, Final, Literal, get_args

from pydantic import Field, Tag, model_validator

from pipeline.recipe.base import Count, Fraction, Positive, Settings, by_kind
from pipeline.recipe.captioner import CaptionerSettings, DetectorCaptionerSettings
from pipeline.recipe.endpoint import EndpointModel, EndpointRuntime, EndpointWriterSettings
from pipeline.recipe.identity import EmbedderSettings, ProgramWriterSettings, WriterSettings
from pipeline.recipe.runtime import Runtime

ProtocolName = Literal[
    "objective", "similarity", "subjective", "pause-and-think", "route", "grounding", "gated"
]
PROTOCOLS: Final[tuple[ProtocolName, ...]] = get_args(ProtocolName)

JUDGED: Final[frozenset[ProtocolName]] = frozenset({"subjective", "pause-and-think", "route"})
"""Those that a language model grades."""


class InputSettings(Settings):
    """What a model is shown of a video."""

    kind: Literal["core", "uniform", "all", "selected"]
    """`core`: the frames that the dataset names; `uniform`: `frames` of them, spread evenly;
    `all`: `fps` a second; `selected`: those that the frame selector chooses by the question."""
    frames: Count = 16
    """Of `uniform`."""
    fps: Positive = 1.0
    """Of `all`."""

    @property
    def label(self) -> str:
        """What tables and files call it: `uniform-16`."""
        match self.kind:
            case "uniform":
                return f"uniform-{self.frames}"
            case "all":
                return f"all-{self.fps:g}fps"
            case _:
                return self.kind


BLIND: Final = "blind"
"""The input that shows nothing; it is always there."""


class ProgramModelSettings(Settings):
    """A baseline without a model: the option that shares most words with the captions of the frames
    given, else the longest one."""

    kind: Literal["program"] = "program"

    @property
    def sees(self) -> Literal["captions"]:
        """It reads captions."""
        return "captions"

    @property
    def name(self) -> str:
        """What results call it."""
        return "program@1"


class EndpointModelSettings(EndpointWriterSettings):
    """The model behind an OpenAI-compatible endpoint."""

    sees: Literal["captions", "frames"] = "frames"
    """`captions`: a model without eyes reads the captions of the frames instead."""
    max_tokens: Count = 2048
    """Of a reply; one that is cut off may have no answer, and is then unparsed."""


ModelSettings = Annotated[
    Annotated[ProgramModelSettings, Tag("program")]
    | Annotated[EndpointModelSettings, Tag("endpoint")],
    by_kind("program", server="endpoint"),
]


class PicturesSettings(Settings):
    """Of frames that are read from videos; the dataset's own are as they are."""

    long_side: Annotated[int, Field(ge=32)] = 768
    jpeg_quality: Annotated[int, Field(ge=1, le=100)] = 90


class SimilaritySettings(Settings):
    bar: Fraction = 0.8
    """Cosine to the reference above which an open answer can be right (VideoEspresso, from memory
    of the paper; nobody published code for it)."""


class GateSettings(Settings):
    """When a first answer is taken as it is (VideoAuto-R1)."""

    confidence: Fraction = 0.97
    """Geometric mean of the probabilities of the first answer's tokens, from which on the model
    need not think (VideoAuto-R1's script)."""
    first_tokens: Count = 64
    """The first call ends after so many; the answer's box must be closed by then (ours)."""


class SelectorSettings(Settings):
    """Who chooses frames by the question: VideoEspresso's hybrid collaboration. A small captioner
    says what is on each frame, and a small language model, or the program, which lines matter."""

    fps: Positive = 1.0
    """Frames a second that are captioned."""
    max_frames: Count = 4
    """Chosen at most."""
    captioner: CaptionerSettings = DetectorCaptionerSettings()
    chooser: WriterSettings = ProgramWriterSettings()
    """`program`: the frames whose captions are nearest to the question, by the embedder."""


class CostSettings(Settings):
    """What the estimate of the work needs to know; it changes the report and no answer."""

    parameters_billion: Positive | None = None
    """Of the model; null: no TFLOPs are told."""
    captioner_billion: Positive | None = None
    """Of the selector's captioner, where it is a language model."""
    chooser_billion: Positive | None = None
    """Of the selector's language model."""
    picture_tokens: Positive | None = None
    """A picture, to the model; null: from the usage that the endpoint reports."""
    fps: Positive = 1.0
    """Which frames are all frames, to which token ratios relate."""


class EvaluationIdentity(Settings):
    """What changes a result."""

    split: Annotated[str, Field(min_length=1)] = "test"
    protocols: tuple[ProtocolName, ...] = ("objective",)
    inputs: tuple[InputSettings, ...] = (InputSettings(kind="core"),)
    """Beside each of them the model is asked blind."""
    model: ModelSettings = ProgramModelSettings()
    judge: EndpointWriterSettings | None = None
    """Who grades where a protocol needs a language model to."""
    embedder: EmbedderSettings = EmbedderSettings()
    similarity: SimilaritySettings = SimilaritySettings()
    gate: GateSettings = GateSettings()
    selector: SelectorSettings = SelectorSettings()
    pictures: PicturesSettings = PicturesSettings()
    cost: CostSettings = CostSettings()

    @model_validator(mode="after")
    def _can_be_done(self) -> "EvaluationIdentity":
        if not self.protocols or not self.inputs:
            raise ValueError("needs at least one protocol and one input")
        labels = [one.label for one in self.inputs]
        for what, names in (("protocols", self.protocols), ("inputs", labels)):
            if len(set(names)) < len(names):
                raise ValueError(f"{what} names one twice: {', '.join(names)}")
        if self.judge is None and (judged := [p for p in self.protocols if p in JUDGED]):
            raise ValueError(f"{' and '.join(judged)} needs a judge: name a model that grades")
        return self


class EvaluationSettings(Settings):
    """One evaluation."""

    identity: EvaluationIdentity = EvaluationIdentity()
    runtime: Runtime = Runtime()

    @model_validator(mode="after")
    def _models_can_be_reached(self) -> "EvaluationSettings":
        identity, runtime = self.identity, self.runtime
        named: dict[str, tuple[Settings | None, EndpointRuntime]] = {
            "model": (identity.model, runtime.policy),
            "judge": (identity.judge, runtime.judge),
        }
        if any(one.kind == "selected" for one in identity.inputs):
            named["selector.captioner"] = (identity.selector.captioner, runtime.captioner)
            named["selector.chooser"] = (identity.selector.chooser, runtime.writer)
        for name, (model, reached) in named.items():
            if isinstance(model, EndpointModel):
                _check_reached(name, model, reached)
        return self


def _check_reached(name: str, model: EndpointModel, runtime: EndpointRuntime) -> None:
    if model.kind == "server" and runtime.command is None:
        raise ValueError(f"{name}.command is missing: what starts the server of {model.model}?")
    if model.kind == "endpoint" and runtime.base_url is None:
        raise ValueError(
            f"{name}.base_url is missing: where is {model.model} to be reached? For instance "
            "http://127.0.0.1:8000/v1"
        )
