"""Decoding one segment of a video, frame by frame, in constant memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import VideoFrame

from pipeline.media.segments import Segment
from pipeline.media.source import VideoPacket, is_frame, open_video, packets, video_stream
from pipeline.media.time import FrameIndex, seconds


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame with its place in the video."""

    frame: VideoFrame
    index: int
    seconds: float
    beyond: bool
    """It is the first frame of the next segment, seen to measure the change across the border."""


@dataclass
class SegmentDecoder:
    """Iterates over the frames of `segment` in presentation order, then one frame beyond it.

    What cannot be decoded is counted in `errors` and leaves a hole in the indices.

    Raises, while iterating:
        OSError, av.error.FFmpegError: the file could be probed and cannot be opened now.
    """

    path: Path
    segment: Segment
    exact_index: bool
    rate: Fraction
    """Average frame rate; paces frames that have no time of their own."""
    errors: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[Decoded]:
        return self._exact() if self.exact_index else self._counted()

    def _exact(self) -> Iterator[Decoded]:
        start, end = self.segment.start_pts, self.segment.end_pts
        index = FrameIndex(self.segment.first_index, start)
        last: int | None = None
        for frame, time_base in self._frames(index):
            pts = frame.pts
            if pts is not None and start is not None and pts < start:
                continue  # An open GOP's leading frame: the segment before decodes it whole.
            backwards = pts is None or (last is not None and pts <= last)
            place = None if pts is None or backwards else index.take(pts)
            if pts is None or place is None:
                self.errors += 1
                continue
            last = pts
            beyond = end is not None and pts >= end
            yield Decoded(frame, place, seconds(pts, time_base), beyond)
            if beyond:
                return

    def _counted(self) -> Iterator[Decoded]:
        """Frames of a container without usable times: their number is their index.

        A frame whose time is missing or not after the last one is paced by the average rate.
        """
        last: float | None = None
        for count, (frame, time_base) in enumerate(self._frames(None)):
            now = None if frame.pts is None else seconds(frame.pts, time_base)
            if now is None or (last is not None and now <= last):
                now = 0.0 if last is None else last + float(1 / self.rate)
            last = now
            yield Decoded(frame, count, now, False)

    def _frames(self, index: FrameIndex | None) -> Iterator[tuple[VideoFrame, Fraction]]:
        """Everything that the decoder returns; notes the packets' times in `index`."""
        last, time_base = None, Fraction(0)
        for packet in self._packets():
            if last is None:
                time_base = packet.time_base
            last = packet
            if packet.is_corrupt:
                self.errors += 1
                continue
            if index is not None and is_frame(packet) and packet.pts is not None:
                index.add(packet.pts)
            for frame in self._decoded(packet, packet):
                yield frame, time_base
        if last is not None:
            for frame in self._decoded(last, None):
                yield frame, time_base

    def _decoded(self, of: VideoPacket, packet: VideoPacket | None) -> list[VideoFrame]:
        """The frames that come out when `packet`, or the end, goes into the stream's decoder."""
        try:
            return of.stream.codec_context.decode(packet)
        except av.error.FFmpegError:
            self.errors += 1
            return []

    def _packets(self) -> Iterator[VideoPacket]:
        """The packets from the segment's first keyframe on.

        Seeking lands where the container's index says, or by bisection, or nowhere near; so the
        keyframe itself is looked for, and where seeking missed it, from the start of the file.
        """
        start = self.segment.start_pts
        for seek in (True, False) if start is not None else (False,):
            found = start is None
            with open_video(self.path) as container:
                stream = video_stream(container)
                assert stream is not None, f"{self.path} had a video stream when probed"
                if seek and start is not None:
                    container.seek(start, stream=stream)
                try:
                    for packet in packets(container, stream):
                        found = found or (packet.is_keyframe and packet.pts == start)
                        if found:
                            yield packet
                        elif seek and start is not None and (packet.dts or start) > start:
                            break
                except av.error.FFmpegError:
                    self.errors += 1
            if found:
                return
