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
