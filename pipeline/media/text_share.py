"""How much of what a picture shows is lettering: a heuristic that finds text-only slides.

No letter is read. A slide has a flat ground, and nearly all of its edges lie in lines of text.
A line is a region that is wider than high and dense, with several strokes side by side that
reach across its height and the ground showing between them:

    picture -- flat ground? --> edges --> closed sideways --> regions --> lines of text
                                  |                                          |
                                  +------------ share of edges in ----------+

All thresholds are ours, found on drawn slides (light, dark, several faces and sizes, before and
after a video codec) and on footage in which a plain sky, road or wall could pass for the ground.
When in doubt it says no: a slide is missed on a gradient, with a picture or a diagram, as a
table with rules, or as one huge word.
"""

from typing import Final

import cv2
import numpy as np

from pipeline.media.pictures import Picture

FLAT_SHARE: Final = 0.6
"""The commonest luma covers at least this share of a picture with a flat ground."""
FLAT_REACH: Final = 8
"""Levels to both sides of it that still count as the same."""
EDGE: Final = 20
"""Levels between neighbours from which there is an edge; less is noise and compression."""
GAP: Final = 0.05
"""Of the picture's shorter side: edges that are nearer side by side belong to one line."""
MOST_HEIGHT: Final = 0.3
"""Of the picture's shorter side: a higher region is no line."""
LEAST_ASPECT: Final = 1.5
LEAST_FILL: Final = 0.3
"""Share of its rectangle that a line covers."""
LEAST_GROUND: Final = 0.3
"""Share of a line that has its commonest luma: what shows between the letters."""
LEAST_STROKES: Final = 3.0
"""Strokes that a row through the line crosses, on average."""
MOST_STROKES: Final = 2.5
"""The same, for a stretch as wide as the line is high; leaves of trees are denser."""
LEAST_REACH: Final = 0.4
"""Height of the letters, by area, as a share of the line's."""
_DIGITS: Final = 3


def text_share(grey: Picture) -> float:
    """The share of a picture's edges that lie in lines of text; 0 where its ground is not flat.

    Args:
        grey: 8-bit pixels, height by width; text of 2 % of the height needs some 400 rows.
    """
    _, ground = commonest(grey, FLAT_REACH)
    if ground < FLAT_SHARE:
        return 0.0
    edges = _edges(grey, (3, 3))
    total = cv2.countNonZero(edges)
    if total == 0:
        return 0.0
    cv2.bitwise_and(edges, _lines(grey), dst=edges)
    return round(cv2.countNonZero(edges) / total, _DIGITS)


def commonest(grey: Picture, reach: int, where: Picture | None = None) -> tuple[int, float]:
    """The luma that most pixels have give or take `reach`, and the share that do.

    Args:
        where: a mask of the pixels to look at; all where None.
    """
    counts = cv2.calcHist([grey], [0], where, [256], [0, 256]).ravel()
    near = np.convolve(counts, np.ones(2 * reach + 1), "same")
    level = int(near.argmax())
    return level, float(near[level] / counts.sum())


def _edges(grey: Picture, size: tuple[int, int]) -> Picture:
    """A mask of the pixels whose surroundings of this size (height, width) differ by an edge."""
    gradient = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones(size, np.uint8))
    return cv2.threshold(gradient, EDGE - 1, 255, cv2.THRESH_BINARY)[1]


def _lines(grey: Picture) -> Picture:
    """A mask of the rectangles of all lines of text.

    Regions grow from upright edges only: with level ones, dense lines would touch each other.
    """
    side = min(grey.shape)
    gap = np.ones((1, max(3, round(GAP * side) | 1)), np.uint8)
    closed = cv2.morphologyEx(_edges(grey, (1, 3)), cv2.MORPH_CLOSE, gap)
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    mask = np.zeros_like(grey)
    for label, (x, y, w, h, area) in enumerate(boxes.tolist()):
        shaped = h <= MOST_HEIGHT * side and w >= LEAST_ASPECT * h and area >= LEAST_FILL * w * h
        if label == 0 or not shaped:
            continue
        region = np.where(labels[y : y + h, x : x + w] == label, np.uint8(255), np.uint8(0))
        if _is_lettering(grey[y : y + h, x : x + w], region):
            # One pixel more: level edges stand out above and below.
            mask[max(0, y - 1) : y + h + 1, max(0, x - 1) : x + w + 1] = 255
    return mask


def _is_lettering(grey: Picture, region: Picture) -> bool:
    """Whether what stands in a region are strokes side by side on one ground."""
    height, width = grey.shape
    level, share = commonest(grey, 2 * FLAT_REACH, region)
    if share < LEAST_GROUND:
        return False
    ink = (cv2.absdiff(grey, np.full_like(grey, level)) > 2 * EDGE) & (region > 0)
    strokes = (np.count_nonzero(ink[:, 1:] & ~ink[:, :-1]) + np.count_nonzero(ink[:, 0])) / height
    if not LEAST_STROKES <= strokes <= MOST_STROKES * width / height:
        return False
    _, _, letters, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    heights, areas = letters[1:, cv2.CC_STAT_HEIGHT], letters[1:, cv2.CC_STAT_AREA]
    return bool(heights @ areas >= LEAST_REACH * height * areas.sum())
