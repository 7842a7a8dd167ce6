"""How the camera moved between two sampled frames: the turn, the way ahead, the shake.

    features (SIFT) -> matches (ratio test, both ways) -> rotation and growth (RANSAC) -> share

A turn of the camera moves every ray by the same rotation, however far things are, so yaw needs no
depth. What a rotation leaves over is parallax, and of a camera that goes ahead it points away from
the centre of the picture: the median of that growth is `forward`. What neither explains, people
who walk and wrong matches, lowers `confidence`. Nothing is known of the lens, so the horizontal
field of view is assumed; yaw is wrong by about the factor by which that is wrong.

Sources: Lowe (2004) for SIFT and its ratio test; Kabsch (1976) for the rotation between two sets of
rays; Fischler and Bolles (1981) for RANSAC. All thresholds are ours.
"""

from dataclasses import dataclass
from math import atan2, degrees, hypot, radians, tan
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

_LONG_SIDE: Final = 480
"""Pixels of the longer side at which features are found."""
_FEATURES: Final = 800
_RATIO: Final = 0.8
"""Distance of the best match over that of the second best, at most (Lowe: 0.8)."""
_LEAST: Final = 12
"""Matches below which nothing is said."""
_ENOUGH: Final = 40
"""Matches below which confidence falls with their number."""
_GRID: Final = 6
"""Fields along the picture's width; along its height as many as there is room for."""
_SPREAD: Final = 16
"""Fields with matches below which confidence falls: one car on a plain road is no surroundings."""
_TRIALS: Final = 160
_SEED: Final = 7
_SAME: Final = radians(1.0)
"""By so much, of the focal length, a match may miss what explains it."""
_TRIED: Final = np.linspace(-0.3, 0.6, 91)
"""Growths from one frame to the next that a pair of matches may ask for."""
_REFINED: Final = 4
_FEW: Final = 4
"""Matches that a fit needs."""
_BEHIND: Final = 1e-3
"""Least depth of a ray: what a wrong rotation brings behind the camera is far from any match."""
_CENTRE: Final = 0.12
"""Of the focal length: nearer to the centre, growth is too small to be measured."""
_DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class Features:
    """What is found again in other frames of the same size."""

    points: Points
    """`(n, 2)` pixels from the centre, x to the right and y down, over the picture's width."""
    descriptors: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Motion:
    """From one frame to the next."""

    yaw_degrees: float
    """By how much the camera turned; to the right is positive."""
    forward: float
    """By which share things grew around the centre; negative: the camera went back."""
    shake_degrees: float
    """Pitch and roll together."""
    confidence: float
    """0 to 1: the share of matches that the turn and the way ahead explain; lower where these are
    few, or all in one place."""


NOTHING: Final = Motion(0.0, 0.0, 0.0, 0.0)
"""Where no motion can be told."""


def features_of(jpeg: bytes) -> Features | None:
    """The features of a JPEG; None where the bytes are no picture."""
    data = np.frombuffer(jpeg, np.uint8)
    # OpenCV raises on an empty buffer and answers None for any other that it cannot read.
    grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if len(data) else None
    if grey is None:
        return None
    factor = _LONG_SIDE / max(grey.shape)
    if factor < 1:
        grey = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    finder: Any = cv2.SIFT.create(nfeatures=_FEATURES, contrastThreshold=0.02)
    found, descriptors = finder.detectAndCompute(grey, None)
    if descriptors is None:
        return Features(np.zeros((0, 2)), np.zeros((0, 128), np.float32))
    height, width = grey.shape
    points = np.array([point.pt for point in found], np.float64)
    centred = (points - ((width - 1) / 2, (height - 1) / 2)) / width
    return Features(centred, np.asarray(descriptors, np.float32))


def motion_between(before: Features, after: Features, field_of_view: float) -> Motion:
    """What moved the camera from one frame to the other.

    Args:
        field_of_view: horizontal, in degrees.
    """
    pairs = _matches(before.descriptors, after.descriptors)
    if len(pairs) < _LEAST:
        return NOTHING
    focal = 0.5 / tan(radians(field_of_view) / 2)
    first, second = (f.points[pairs[:, i]] / focal for i, f in enumerate((before, after)))
    rotation, growth = _fitted(first, second)
    flat = _turned(rotation[None], first)[0]
    missed, own = _missed(flat[None], second, np.array([growth]))
    explained = missed[0] < _SAME
    outer = explained & (np.linalg.norm(flat, axis=1) > _CENTRE)
    forward = float(np.median(own[0][outer])) if outer.sum() >= _FEW else 0.0
    yaw = -degrees(atan2(rotation[0, 2], rotation[2, 2]))
    pitch = degrees(atan2(rotation[1, 2], rotation[2, 2]))
    roll = degrees(atan2(rotation[1, 0], rotation[0, 0]))
    fields = _fields(before.points[pairs[:, 0]][explained])
    confidence = float(explained.mean()) * min(1.0, len(pairs) / _ENOUGH, fields / _SPREAD)
    numbers = (yaw, forward, hypot(pitch, roll), confidence)
    # Rounded: what lies below depends on the order of summation.
    return Motion(*(round(float(n), _DIGITS) + 0.0 for n in numbers))


def _fields(points: Points) -> int:
    """In how many fields of the picture there are points."""
    return len(np.unique(np.floor(points * _GRID), axis=0))


def _matches(before: npt.NDArray[np.float32], after: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
    """Pairs of indices: each is the other's best, and clearly so."""
    if min(len(before), len(after)) < 2:
        return np.zeros((0, 2), np.intp)
    there, back = _clear(before, after), _clear(after, before)
    pairs = [(i, j) for i, j in there.items() if back.get(j) == i]
    return np.array(pairs, np.intp).reshape(-1, 2)


def _clear(these: npt.NDArray[np.float32], those: npt.NDArray[np.float32]) -> dict[int, int]:
    two = cv2.BFMatcher(cv2.NORM_L2).knnMatch(these, those, k=2)
    return {
        best.queryIdx: best.trainIdx
        for best, second in two
        if best.distance < _RATIO * second.distance
    }


def _rays(points: Points) -> Points:
    """Unit rays through points of the plane at distance 1."""
    rays = np.concatenate([points, np.ones((*points.shape[:-1], 1))], axis=-1)
    return np.asarray(rays / np.linalg.norm(rays, axis=-1, keepdims=True))


def _fitted(first: Points, second: Points) -> tuple[Points, float]:
    """The rotation and the growth that most matches agree with: RANSAC over pairs, then a fit."""
    drawn = np.random.default_rng(_SEED).integers(0, len(first), (_TRIALS, 2))
    drawn = drawn[drawn[:, 0] != drawn[:, 1]]
    growths = _growths(first[drawn], second[drawn])
    rotations = _kabsch(_rays(first[drawn]), _rays(second[drawn] / (1 + growths[:, None, None])))
    missed, _ = _missed(_turned(rotations, first), second, growths)
    at = int(np.argmin(np.minimum(missed, _SAME).sum(axis=1)))
    rotation, growth = rotations[at], float(growths[at])
    for _ in range(_REFINED):
        flat = _turned(rotation[None], first)
        missed, own = _missed(flat, second, np.array([growth]))
        near = missed[0] < _SAME
        if near.sum() < _FEW:
            break
        unscaled = second[near] / (1 + _within(own[0][near], np.array(growth)))[:, None]
        rotation = _kabsch(_rays(first[near])[None], _rays(unscaled)[None])[0]
        growth = float(np.median(own[0][near]))
    return rotation, growth


def _growths(first: Points, second: Points) -> Points:
    """For each of `(t, 2, 2)` pairs of points the growth that leaves their angle as it was.

    Two points give four numbers, and a rotation with a growth has four: they say one each.
    """
    before = (_rays(first[:, 0]) * _rays(first[:, 1])).sum(axis=-1)
    scaled = second[:, None] / (1 + _TRIED[None, :, None, None])
    after = (_rays(scaled[:, :, 0]) * _rays(scaled[:, :, 1])).sum(axis=-1)
    return np.asarray(_TRIED[np.argmin(np.abs(after - before[:, None]), axis=1)])


def _turned(rotations: Points, points: Points) -> Points:
    """Points of the plane at distance 1, `(n, 2)`, after each rotation: `(t, n, 2)`."""
    rays = np.einsum("tij,nj->tni", rotations, _rays(points))
    return np.asarray(rays[..., :2] / np.maximum(rays[..., 2:], _BEHIND))


def _missed(flat: Points, second: Points, growth: Points) -> tuple[Points, Points]:
    """How far each point is from where it may have gone, and its own growth.

    What is near grows faster than what is far, so a point may have gone anywhere from where the
    rotation brings it to twice as far out as the growth says.
    """
    away = (flat**2).sum(axis=-1)
    own = (flat * second).sum(axis=-1) / np.maximum(away, 1e-6) - 1
    reached = flat * (1 + _within(own, growth[:, None]))[..., None]
    return np.linalg.norm(second - reached, axis=-1), own


def _within(own: Points, growth: Points) -> Points:
    return np.clip(own, np.minimum(0, 2 * growth), np.maximum(0, 2 * growth))


def _kabsch(first: Points, second: Points) -> Points:
    """The rotations that bring sets of rays `(t, n, 3)` closest to others."""
    u, _, v = np.linalg.svd(np.einsum("tni,tnj->tij", second, first))
    signs = np.ones((len(first), 3))
    signs[:, 2] = np.sign(np.linalg.det(u @ v))
    return np.asarray((u * signs[:, None, :]) @ v)
