"""Settings of the dataset folder, and of what is made unrecognisable on its pictures."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.recipe.base import Count, Fraction, Settings


class FaceBlurSettings(Settings):
    """Faces on published pictures are found by OpenCV's `FaceDetectorYN` and covered."""

    model: Annotated[str, Field(min_length=1)] = "yunet-2023mar-int8bq"
    """The embedded YuNet, or an ONNX file of one."""
    min_score: Fraction = 0.5
    """What the detector is less sure of stays as it is; a covered thing that is no face costs less
    than a face that stays (ours)."""
    margin: Annotated[float, Field(ge=0, le=2)] = 0.15
    """How far the covered area reaches beyond the face on each side, in widths and heights of the
    face (ours)."""


class PublishSettings(Settings):
    test_fraction: Fraction = 0.1
    """Share of split groups, by hash, that make the test split."""
    shard_rows: Count = 5000
    frames: Literal["embed", "reference"] = "embed"
    """`reference`: the dataset holds no pictures, for footage whose licence forbids to pass them
    on; `demitasse cut` makes them again from one's own copies of the videos."""
    blur_faces: FaceBlurSettings | None = None
    """How faces on published pictures are covered; null: they are published as they are."""
    pretty_name: str | None = None
    language: str = "en"

    @model_validator(mode="after")
    def _blurred_pictures_are_embedded(self) -> "PublishSettings":
        if self.blur_faces is not None and self.frames == "reference":
            raise ValueError(
                "blur_faces needs frames: embed; a dataset that refers to its frames holds no "
                "pictures, and `demitasse cut` makes them as the videos show them, with faces"
            )
        return self
