"""JPEG bytes to pixels and back; bytes that are no picture are a value and not a crash."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.models.failure import ModelFailure

Pixels = npt.NDArray[np.uint8]
"""Height x width x 3, blue-green-red as OpenCV has it."""

_QUALITY: Final = 90
"""Of a JPEG that is made smaller: what `frames.jpeg_quality` is by default."""


def decode(frame: str, jpeg: bytes) -> Pixels | ModelFailure:
    """Decode the JPEG of the frame called `frame`."""
    data = np.frombuffer(jpeg, np.uint8)
    # OpenCV raises on an empty buffer and answers None for any other that it cannot read.
    pixels = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    if pixels is None:
        return ModelFailure(
            "UndecodableImage", f"the {len(jpeg)} bytes stored for frame {frame} are not a picture"
        )
    return np.asarray(pixels, np.uint8)


def shrunk(picture: Pixels, jpeg: bytes, long_side: int | None) -> tuple[Pixels, bytes]:
    """A picture and its JPEG no larger than this; both as they are where they are small enough."""
    height, width = picture.shape[:2]
    factor = (long_side or max(height, width)) / max(height, width)
    if factor >= 1:
        return picture, jpeg
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    smaller = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    done, data = cv2.imencode(".jpg", smaller, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done, "OpenCV encodes every 8-bit picture"
    return smaller, data.tobytes()


def shrink_jpeg(jpeg: bytes, long_side: int | None) -> bytes:
    """The JPEG no larger than this many pixels a side; as it is where it is small enough.

    Bytes that are no picture are given back too: whoever is shown them will say so.
    """
    if long_side is None:
        return jpeg
    picture = decode("", jpeg)
    return jpeg if isinstance(picture, ModelFailure) else shrunk(picture, jpeg, long_side)[1]
