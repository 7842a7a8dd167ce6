"""JPEG bytes to pixels, where bytes that are no picture are a value and not a crash."""

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.models.failure import ModelFailure

Pixels = npt.NDArray[np.uint8]
"""Height x width x 3, blue-green-red as OpenCV has it."""


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


def shrink_jpeg(jpeg: bytes, long_side: int | None, quality: int = 90) -> bytes:
    """The JPEG no larger than this many pixels a side; as it is where it is small enough.

    Bytes that are no picture are given back too: whoever is shown them will say so.
    """
    if long_side is None:
        return jpeg
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) if jpeg else None
    if picture is None:
        return jpeg
    height, width = picture.shape[:2]
    factor = long_side / max(height, width)
    if factor >= 1:
        return jpeg
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done, "OpenCV encodes every 8-bit BGR picture"
    return data.tobytes()
