"""Stored frames as a model's processor takes them: decoded, scaled down, red-green-blue."""

import math
from typing import Final

import cv2
import numpy as np

from pipeline.models.captioner import CaptionFrame
from pipeline.models.failure import ModelFailure
from pipeline.models.picture import Pixels, decode

_ROUNDING: Final = 1e-6
"""Pixels; half of 896 shall be 448 and not 447, whatever the last bit of its square root."""


def picture(frame: CaptionFrame, most_pixels: int) -> Pixels | ModelFailure:
    """Height x width x 3 of at most so many pixels, the aspect ratio kept as far as whole pixels
    allow. A smaller frame keeps its size."""
    decoded = decode(frame.id, frame.jpeg)
    if isinstance(decoded, ModelFailure):
        return decoded
    height, width = decoded.shape[:2]
    scale = math.sqrt(most_pixels / (height * width))
    if scale < 1:
        size = max(1, int(width * scale + _ROUNDING)), max(1, int(height * scale + _ROUNDING))
        decoded = np.asarray(cv2.resize(decoded, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)
