"""Renders small videos whose every frame carries its own number as pixels, and reads it back.

The number is drawn as a 4 by 4 grid of light and dark cells: twelve bits and four fixed cells
that tell the picture's orientation, so a frame that was dropped, doubled, reordered or turned
the wrong way is noticed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from cv2.typing import MatLike

Picture = npt.NDArray[np.uint8]
"""Height by width by 3, RGB."""

DARK, LIGHT = 40, 215
CORNERS = {0: True, 3: False, 12: False, 15: True}
"""Fixed cells. A quarter turn breaks them; a half turn does not, but moves the bits."""
BITS = [cell for cell in range(16) if cell not in CORNERS]


def numbered(number: int, width: int = 160, height: int = 96) -> Picture:
    """A picture that carries `number` (0 to 4095)."""
    cells = np.zeros(16, bool)
    for cell, light in CORNERS.items():
        cells[cell] = light
    for bit, cell in enumerate(BITS):
        cells[cell] = bool(number >> bit & 1)
    rows = np.arange(height) * 4 // height
    columns = np.arange(width) * 4 // width
    grid = np.where(cells.reshape(4, 4), LIGHT, DARK).astype(np.uint8)
    return np.repeat(grid[rows][:, columns, None], 3, axis=2)


def read_number(picture: MatLike) -> int:
    """The number that a picture carries, or -1 where the fixed cells are not as drawn."""
    grey = picture.mean(axis=2) if picture.ndim == 3 else picture
    height, width = grey.shape[:2]
    cells = [
        bool(
            grey[
                (2 * (cell // 4) + 1) * height // 8,
                (2 * (cell % 4) + 1) * width // 8,
            ]
            > (DARK + LIGHT) / 2
        )
        for cell in range(16)
    ]
    if any(cells[cell] != light for cell, light in CORNERS.items()):
        return -1
    return sum(cells[cell] << bit for bit, cell in enumerate(BITS))


@dataclass(frozen=True)
class Encoding:
    """How a test video is written."""

    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    rate: Fraction = Fraction(25)
    time_base: Fraction = Fraction(1, 12800)
    times: Sequence[int] | None = None
    """Presentation time of each frame in ticks; null: constant rate from 0."""
    gop: int = 12
    b_frames: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    container_options: Mapping[str, str] = field(default_factory=dict)
    rotation: int = 0
    """Degrees clockwise that a player has to turn the picture."""
    shift: int = 0
    """Ticks added to the packets' times after encoding; negative ones make an edit list."""


def render(path: Path, pictures: Iterable[Picture], encoding: Encoding | None = None) -> Path:
    """Write `pictures` (as they should be displayed) as a video at `path`."""
    e = encoding or Encoding()
    step = Fraction(1) / e.rate / e.time_base
    with av.open(str(path), "w", container_options=dict(e.container_options)) as output:
        stream = None
        for i, picture in enumerate(pictures):
            turned = np.ascontiguousarray(np.rot90(picture, e.rotation // 90))
            stream = stream or _add_stream(output, e, *turned.shape[:2])
            frame = av.VideoFrame.from_ndarray(turned, format="rgb24")
            frame.pts = e.times[i] if e.times else round(i * step)
            frame.time_base = e.time_base
            for packet in stream.encode(frame):
                _mux(output, packet, e)
        assert stream is not None, "a video needs a picture"
        for packet in stream.encode(None):
            _mux(output, packet, e)
    return path


def render_silence(path: Path, seconds: float) -> Path:
    """A file with sound and no picture."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("aac", rate=16000, layout="mono")
        samples = np.zeros((1, int(16000 * seconds)), np.float32)
        sound = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        sound.sample_rate = 16000
        output.mux([*stream.encode(sound), *stream.encode(None)])
    return path


def _add_stream(output: OutputContainer, e: Encoding, height: int, width: int) -> VideoStream:
    stream = output.add_stream(e.codec, rate=e.rate, options=dict(e.options))
    assert isinstance(stream, VideoStream)
    stream.height, stream.width, stream.pix_fmt = height, width, e.pixel_format
    stream.time_base = stream.codec_context.time_base = e.time_base
    stream.codec_context.gop_size = e.gop
    stream.codec_context.max_b_frames = e.b_frames
    stream.codec_context.thread_count = 1
    if e.rotation:
        stream.set_display_rotation(-e.rotation)
    return stream


def _mux(output: OutputContainer, packet: "Packet[VideoStream]", e: Encoding) -> None:
    if e.shift:
        assert packet.time_base == e.time_base
        assert packet.pts is not None and packet.dts is not None
        packet.pts += e.shift
        packet.dts += e.shift
    output.mux(packet)


def render_numbers(
    path: Path, count: int, encoding: Encoding | None = None, size: tuple[int, int] = (160, 96)
) -> Path:
    """A video of `count` frames that carry 0, 1, 2, ..."""
    return render(path, (numbered(i, *size) for i in range(count)), encoding)


def truncate(path: Path, share: float) -> Path:
    """Cut a file, as an interrupted download would."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path
