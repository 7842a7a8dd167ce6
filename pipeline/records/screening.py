"""What sampled frames look like, and which of them the filters leave out."""

from typing import Literal

from pipeline.records.base import Float32, Record, record

Unwanted = Literal["text_only", "black", "blurred", "frozen", "near_duplicate"]
"""Why a frame is left out, in the order in which the filters are asked."""


@record
class Look(Record):
    """What a frame's picture looks like, as the numbers that filters compare."""

    id: str
    """The frame's id."""
    video: str
    luma_p98: int
    """Luma, 0..255, that 98 % of the picture do not exceed."""
    grid: tuple[Float32, ...]
    """Mean luma of 8 by 8 fields, row by row."""
    phash: str
    """64-bit perceptual hash in 16 hex digits; alike pictures differ in few bits."""
    text_share: float
    """Share of the picture's edges that lie in lines of text; 0 where the ground is not flat."""


@record
class Screened(Record):
    """What the filters decided about a frame."""

    id: str
    """The frame's id."""
    video: str
    pts_seconds: float
    passed: bool
    reason: Unwanted | None
    """The first filter that turned it down; null where it passed."""
    value: float | None
    """The number that this filter compared with its threshold."""


@record
class ScreenCount(Record):
    """How many frames of a video the filters decided about in one way."""

    id: str
    """`<video>/<reason>`, or `<video>/passed`."""
    video: str
    reason: Unwanted | None
    """Null where they passed."""
    frames: int
