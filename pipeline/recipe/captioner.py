"""Settings of the models that caption frames, one class a kind."""

from typing import Annotated, Literal

from pydantic import Field, Tag

from pipeline.recipe.base import Count, Fraction, Settings, by_kind
from pipeline.recipe.endpoint import EndpointModel


class DetectorCaptionerSettings(Settings):
    """Captions composed from the embedded detector's boxes: objects, counts, positions."""

    kind: Literal["detector"] = "detector"
    model: Literal["ssd-mobilenet-v2-coco"] = "ssd-mobilenet-v2-coco"
    min_score: Fraction = 0.4
    """Boxes below are not mentioned (ours)."""
    prompt: str = "captions/detector"
    """The wordings, a file of `prompts/`."""


class TransformersCaptionerSettings(Settings):
    """A vision-language model that transformers loads, one copy a worker."""

    kind: Literal["transformers"]
    model: Annotated[str, Field(min_length=1)]
    """A local folder, or a hub name."""
    revision: str | None = None
    """A hub revision; required with a hub name, so that the model cannot change silently."""
    dtype: Literal["bfloat16", "float16", "float32"] = "bfloat16"
    """Of weights and computation."""
    frames_together: Count = 1
    """Consecutive frames that the model sees at once; it still says one caption a frame."""
    prompt: str | None = None
    """A file of `prompts/`, or a path; null: `captions/transformers`."""
    image_pixels: Annotated[int, Field(ge=1024)] = 448 * 448
    """Area that a larger frame is scaled down to. Frames of one video then are of one size, so
    their batches stack without padding (ours)."""
    max_tokens: Count = 256
    """Of one caption."""
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    """Zero is greedy."""
    seed: int = 0


class EndpointCaptionerSettings(EndpointModel):
    """A vision-language model behind an OpenAI-compatible endpoint."""

    frames_together: Count = 1
    """Consecutive frames that the model sees at once; it still says one caption a frame."""
    prompt: str | None = None
    """A file of `prompts/`, or a path; null: `captions/endpoint`."""
    max_tokens: Count = 512
    """Of a reply; a longer one fails as `Truncated`."""


CaptionerSettings = Annotated[
    Annotated[DetectorCaptionerSettings, Tag("detector")]
    | Annotated[TransformersCaptionerSettings, Tag("transformers")]
    | Annotated[EndpointCaptionerSettings, Tag("endpoint")],
    by_kind("detector", server="endpoint"),
]
