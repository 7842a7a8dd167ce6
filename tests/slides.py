"""Slides drawn for the tests: what a lecture shows between its pictures."""

from collections.abc import Sequence

import cv2
import numpy as np
from cv2.typing import MatLike
from PIL import Image, ImageDraw, ImageFont

LINES = (
    "Video reasoning datasets",
    "are built from captions, questions",
    "and evidence with boxes and times",
    "a frame is kept where its caption",
    "says something that is new",
)
SIZE = (432, 768)
"""Height and width, as a stored frame of a video in 16:9."""


def drawn(
    scale: float = 1.0, ground: int = 255, ink: int = 0, lines: Sequence[str] = LINES
) -> MatLike:
    """A slide in OpenCV's own face: a heading, and its points with a dash."""
    slide = np.full(SIZE, ground, np.uint8)
    y = 60
    for number, line in enumerate(lines):
        text = f"- {line}" if number else line
        size = scale * (1.0 if number else 1.4)
        cv2.putText(slide, text, (30, y), cv2.FONT_HERSHEY_SIMPLEX, size, ink, 2, cv2.LINE_AA)
        y += round(20 + 35 * scale)
    return slide


def typeset(
    size: int = 24, ground: int = 255, ink: int = 0, lines: Sequence[str] = LINES
) -> MatLike:
    """The same in a book's face."""
    slide = Image.new("L", SIZE[::-1], ground)
    draw = ImageDraw.Draw(slide)
    y = 30.0
    for number, line in enumerate(lines):
        font = ImageFont.load_default(size=size if number else round(size * 1.4))
        draw.text((40, y), f"• {line}" if number else line, fill=ink, font=font)
        y += size * 1.8
    return np.asarray(slide)


def with_picture(slide: MatLike, picture: MatLike, share: float) -> MatLike:
    """The slide with a picture over this share of it, from the right."""
    height, width = slide.shape
    both = slide.copy()
    covered = round(width * share)
    both[:, width - covered :] = cv2.resize(picture, (covered, height))
    return both


def jpeg(grey: MatLike, quality: int = 90) -> bytes:
    """The picture as the frames stage would store it."""
    return cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
