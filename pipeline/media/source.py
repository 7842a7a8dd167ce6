"""Opening a video file with PyAV, the same way for the probe and for every decoder."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

if TYPE_CHECKING:
    VideoPacket: TypeAlias = Packet[VideoStream]
else:
    VideoPacket = Packet  # Generic in PyAV's type stubs only.


@contextmanager
def open_video(path: Path) -> Iterator[InputContainer]:
    """Open a regular file for reading.

    Raises:
        OSError: the file cannot be read, or is a folder, a pipe or a device.
        av.error.FFmpegError: no demuxer understands it.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is not a regular file")
    # A colon in a name is no protocol, and a playlist that poses as a video reaches no network.
    url, options = f"file:{path}", {"protocol_whitelist": "file"}
    with av.open(url, "r", options=options, metadata_errors="replace") as container:
        yield container


def video_stream(container: InputContainer) -> VideoStream | None:
    """The first video stream that is no cover picture, set to decode in one thread.

    Raises:
        OSError: there is one, and no decoder for it.
    """
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            context: VideoCodecContext | None = stream.codec_context
            if context is None:
                raise OSError("there is no decoder for its video")
            context.thread_count = 1
            return stream
    return None


def packets(container: InputContainer, stream: VideoStream) -> Iterator[VideoPacket]:
    """The stream's packets in file order, without the empty one that marks the end."""
    for packet in container.demux(stream):
        if packet.pts is not None or packet.dts is not None or packet.size > 0:
            yield packet


def is_frame(packet: VideoPacket) -> bool:
    """Whether a packet is shown: not cut away by an edit list and not cut off by truncation."""
    return not packet.is_discard and not packet.is_corrupt


def clockwise(frame: VideoFrame) -> int:
    """Degrees (0, 90, 180, 270) that the picture is turned clockwise for display."""
    return round(-frame.rotation / 90) % 4 * 90
