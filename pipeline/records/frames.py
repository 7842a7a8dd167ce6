"""What one decode of a video gives: frames, their metrics, and the scenes cut from these."""

from typing import ClassVar

from pipeline.records.base import Record, record


@record
class Frame(Record):
    """One sampled frame, stored as JPEG inside its segment's blob."""

    UNHASHED: ClassVar[frozenset[str]] = frozenset({"blob", "offset", "length"})

    id: str
    """`<video>/f<frame_index>`."""
    video: str
    frame_index: int
    pts_seconds: float
    width: int
    """Pixels of the stored JPEG, in display orientation."""
    height: int
    sha256: str
    """Of the JPEG's bytes."""
    sharpness: float
    """Variance of the Laplacian of the small grey picture; higher is sharper."""
    motion: float
    """Mean absolute luma change a second around the frame, in 0..255 levels."""
    blob: str
    offset: int
    length: int


@record
class Metric(Record):
    """The per-frame numbers of one segment, as parallel lists: what scene detectors need.

    A segment's lists end with the first frame of the next segment, so the change across a
    border is measured once, by the decoder that saw both sides.
    """

    id: str
    """The segment's id, `<video>/s<ordinal>`."""
    video: str
    ordinal: int
    frame_index: tuple[int, ...]
    pts_seconds: tuple[float, ...]
    delta_hue: tuple[float, ...]
    delta_sat: tuple[float, ...]
    delta_lum: tuple[float, ...]
    average_rgb: tuple[float, ...]
    decode_errors: int


@record
class Scene(Record):
    """A stretch between two cuts."""

    id: str
    """`<video>/c<ordinal>`."""
    video: str
    ordinal: int
    start_frame: int
    end_frame: int
    """First frame of the next scene, or one past the last."""
    start_seconds: float
    end_seconds: float
