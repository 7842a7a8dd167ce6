"""A 64-bit hash that alike pictures share: the DCT hash ("pHash"; Zauner, 2010).

OpenCV has it in `img_hash`, which its headless wheels leave out, so it is written here with
OpenCV's DCT: 32 by 32 pixels, of their cosine transform the 8 by 8 lowest frequencies, one bit
for each that exceeds their median. Scale, compression and brightness hardly change it.
"""

from typing import Final

import cv2
import numpy as np

from pipeline.media.pictures import Picture

SIDE: Final = 32
_FREQUENCIES: Final = 8


def perceptual_hash(small: Picture) -> str:
    """The hash as 16 hex digits.

    Frequencies are compared as whole luma levels: what is below is noise, in a plain picture
    all there is, and differs between processors.

    Args:
        small: grey pixels, `SIDE` by `SIDE`.
    """
    lowest = cv2.dct(small.astype(np.float64))[:_FREQUENCIES, :_FREQUENCIES].round()
    return np.packbits(lowest > np.median(lowest)).tobytes().hex()
