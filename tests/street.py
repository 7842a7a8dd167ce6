"""A picture of the real footage on which a face is to be seen from the front."""

from functools import cache

import av
import numpy as np

from pipeline.models.picture import Pixels
from tests.footage import bikes

FRAME = 30
DRIVER = (263, 17, 315, 85)
"""Left, top, right and bottom of the face, in pixels, as a person sees it."""


@cache
def street() -> Pixels:
    """Frame `FRAME` of `bikes`, 640 by 272 pixels."""
    with av.open(str(bikes())) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index == FRAME:
                return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
    raise AssertionError("the footage is longer")
