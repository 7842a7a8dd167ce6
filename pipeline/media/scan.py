"""One pass over a video's packets: every frame's time and every keyframe, without decoding.

The first frame alone is decoded: what a display matrix or a broken stream amounts to shows only
there.
"""

import heapq
from dataclasses import dataclass, field
from typing import cast

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.media.source import VideoPacket, is_frame
from pipeline.media.time import seconds

MAX_REORDERING = 16
"""Frames that a decoder may hold back to put them in order (H.264 and HEVC)."""


@dataclass
class PacketScan:
    """What the packets say."""

    times: list[int] = field(default_factory=list)
    """Presentation times of the frames in ticks, in the order of the file."""
    keyframes: list[int] = field(default_factory=list)
    """Times of the frames from which decoding can start without losing a later one."""
    packets: int = 0
    frames: int = 0
    """Packets that are shown, with a time or without."""
    last_duration: int = 0
    """Ticks that the last frame lasts, where the container says."""
    end_seconds: float = 0.0
    """Where the longest stream of any kind ends."""
    damaged: bool = False
    """The last packet is cut off, or reading ended with an error."""
    open_gop: bool = False
    """Some frames follow a keyframe in the file and precede it on the screen."""
    first: VideoFrame | None = None
    latest: int | None = None
    """Greatest time so far."""
    last_keyframe: int | None = None
    """Time of the keyframe read last."""
    disordered: bool = False
    """Times jump back further than reordering for B-frames can explain."""
    greatest: list[int] = field(default_factory=list)
    """Heap of the greatest times so far."""

    @property
    def exact(self) -> bool:
        """Every frame has a time of its own, and their order is the order of display."""
        return len(set(self.times)) == self.frames and not self.disordered

    def sorted_times(self) -> list[int]:
        """The times in presentation order: a frame's place here is its index."""
        return sorted(set(self.times))


def scan(container: InputContainer, stream: VideoStream) -> PacketScan:
    """Read all packets once; decode until the first frame comes out."""
    found = PacketScan()
    try:
        for packet in container.demux():
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is not None:
                end = seconds(stamp + (packet.duration or 0), packet.time_base)
                found.end_seconds = max(found.end_seconds, end)
            if packet.stream_index == stream.index and (packet.size or stamp is not None):
                _note(found, cast(VideoPacket, packet))
                if found.first is None and not packet.is_corrupt:
                    found.first = _decode(stream, cast(VideoPacket, packet))
    except av.error.FFmpegError:
        found.damaged = True
    if found.first is None:
        found.first = _decode(stream, None)
    return found


def _note(found: PacketScan, packet: VideoPacket) -> None:
    found.packets += 1
    found.damaged = packet.is_corrupt
    if not is_frame(packet):
        return
    found.frames += 1
    if packet.pts is None:
        return
    found.times.append(packet.pts)
    heapq.heappush(found.greatest, packet.pts)
    if len(found.greatest) > MAX_REORDERING + 1:
        found.disordered |= heapq.heappop(found.greatest) == packet.pts
    if found.last_keyframe is not None and packet.pts < found.last_keyframe:
        found.open_gop = True
    if packet.is_keyframe:
        found.last_keyframe = packet.pts
    if found.latest is None or packet.pts > found.latest:
        # A frame read before its keyframe and shown after it would be lost by a seek.
        if packet.is_keyframe:
            found.keyframes.append(packet.pts)
        found.latest = packet.pts
        found.last_duration = packet.duration or 0


def _decode(stream: VideoStream, packet: VideoPacket | None) -> VideoFrame | None:
    """The first frame that comes out when `packet`, or the end, goes in."""
    try:
        return next(iter(stream.codec_context.decode(packet)), None)
    except av.error.FFmpegError:
        return None
