"""Settings of the models that find boxes and check them."""

from typing import Annotated, Literal

from pydantic import Field, Tag

from pipeline.recipe.base import Count, Fraction, Settings, by_kind
from pipeline.recipe.endpoint import EndpointModel


class _Candidates(Settings):
    min_score: Fraction = 0.2
    """Candidates below are not kept; `grounding.min_score` decides what is used (ours)."""
    max_candidates: Count = 8
    """Candidates kept for one phrase on one frame."""


class SsdDetectorSettings(_Candidates):
    """The embedded detector, which knows the 80 classes of COCO."""

    kind: Literal["ssd"] = "ssd"
    model: Literal["ssd-mobilenet-v2-coco"] = "ssd-mobilenet-v2-coco"


class TransformersDetectorSettings(_Candidates):
    """A zero-shot detector that transformers loads: Grounding DINO, OWLv2, OmDet-Turbo."""

    kind: Literal["transformers"]
    model: Annotated[str, Field(min_length=1)]
    """A local folder, or a hub name."""
    revision: str | None = None
    """A hub revision; required with a hub name, so that the model cannot change silently."""
    dtype: Literal["bfloat16", "float16", "float32"] = "float32"
    """Of weights and computation."""
    max_overlap: Fraction = 0.7
    """IoU from which two boxes of a phrase are one instance; the better one stays (ours)."""


class EndpointDetectorSettings(EndpointModel):
    """A vision-language model that answers boxes, behind an OpenAI-compatible endpoint."""

    family: Literal["qwen2_vl", "qwen2_5_vl", "qwen3_vl", "internvl"]
    """Whose convention its boxes follow: `qwen2_vl`, `qwen3_vl` and `internvl` count 0 to 1000,
    `qwen2_5_vl` counts pixels of the picture as its processor resizes it."""
    min_pixels: Count = 56 * 56
    """Of `qwen2_5_vl`: the server's smallest picture (its processor's default)."""
    max_pixels: Count = 28 * 28 * 16384
    """Of `qwen2_5_vl`: the server's largest picture (its processor's default)."""
    max_candidates: Count = 8
    """Boxes kept for one phrase on one frame."""
    max_tokens: Count = 1024
    """Of a reply; a longer one fails as `Truncated`."""
    prompt: str = "detections/endpoint"


DetectorSettings = Annotated[
    Annotated[SsdDetectorSettings, Tag("ssd")]
    | Annotated[TransformersDetectorSettings, Tag("transformers")]
    | Annotated[EndpointDetectorSettings, Tag("endpoint")],
    by_kind("ssd", server="endpoint"),
]


class ClipSettings(Settings):
    """The check of boxes: is the crop closer to the phrase than what is around it?"""

    model: Annotated[str, Field(min_length=1)] | None = None
    """A CLIP for open_clip: a folder with `open_clip_config.json` and weights, or a hub name of
    such; null: boxes are not checked."""
    revision: str | None = None
    """A hub revision; required with a hub name, so that the model cannot change silently."""
