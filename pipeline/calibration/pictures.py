"""The pictures of a calibration page: small, with the box that is talked about."""

import base64
from collections.abc import Iterable

import cv2
import numpy as np

from pipeline.calibration.curve import Curve, Shot
from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.records import Frame
from pipeline.store import BlobStore

_LONG_SIDE = 320
_QUALITY = 80
_INK = (0, 94, 213)
"""Blue, green, red: the vermilion of Okabe and Ito (2008)."""


def pictures(workspace: Workspace, curves: Iterable[Curve]) -> dict[Shot, str]:
    """A `data:` URL for every shot of the curves' examples."""
    shots = {
        shot
        for curve in curves
        for example in (*curve.kept, *curve.dropped)
        for shot in example.shots
    }
    names = sorted({shot.frame for shot in shots})
    frames = {f.id: f for f in read_table(workspace, "frames", Frame, {"id": names})}
    blobs = BlobStore(workspace.store)
    found: dict[Shot, str] = {}
    for shot in shots:
        frame = frames[shot.frame]
        jpeg = drawn(blobs.read(frame.blob, frame.offset, frame.length), shot)
        found[shot] = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")
    return found


def drawn(jpeg: bytes, shot: Shot) -> bytes:
    """The frame, small, with the shot's box on it."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None, "what was stored as a JPEG is one"
    height, width = picture.shape[:2]
    factor = min(1.0, _LONG_SIDE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if shot.bbox is not None:
        x1, y1, x2, y2 = shot.bbox
        corner = round(x1 * (size[0] - 1)), round(y1 * (size[1] - 1))
        opposite = round(x2 * (size[0] - 1)), round(y2 * (size[1] - 1))
        cv2.rectangle(small, corner, opposite, _INK, 2)
    done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done, "OpenCV encodes every 8-bit BGR picture"
    return data.tobytes()
