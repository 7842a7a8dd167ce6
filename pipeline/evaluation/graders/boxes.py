"""How well two boxes agree."""

from pipeline.evaluation.answers.box import Corners


def box_iou(one: Corners, other: Corners) -> float:
    """Intersection over union of `[x1, y1, x2, y2]`, both in one convention, 0 to 1.

    A box without area, or with its corners swapped, agrees with nothing.
    """
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    areas = [_area(box) for box in (one, other)]
    if min(width, height, *areas) <= 0:
        return 0.0
    shared = width * height
    return shared / (sum(areas) - shared)


def _area(box: Corners) -> float:
    wide, high = box[2] - box[0], box[3] - box[1]
    return wide * high if wide > 0 and high > 0 else 0.0
