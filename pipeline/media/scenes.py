"""Cuts and scenes from kept frame metrics, with PySceneDetect's own detectors.

PySceneDetect computes its metrics inside its detectors, from pixels; only that computation is
replaced here, so thresholds, adaptive windows, minimum lengths and the merging of flashes are
theirs. Another threshold is then another pass over numbers, not another decode.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, cast

import numpy as np
from scenedetect import AdaptiveDetector, ContentDetector, FrameTimecode, ThresholdDetector
from scenedetect.common import Timecode
from scenedetect.detector import SceneDetector

MICROSECOND = Fraction(1, 1_000_000)
"""The resolution of PySceneDetect's own times."""


@dataclass(frozen=True, slots=True)
class FrameScores:
    """What the detectors look at, for one frame; in order of time without doubles."""

    frame_index: int
    pts_seconds: float
    delta_hue: float
    delta_sat: float
    delta_lum: float
    average_rgb: float


@dataclass(frozen=True, slots=True)
class FoundScene:
    """A stretch between two cuts, `[start, end)`."""

    start_frame: int
    end_frame: int
    start_seconds: float
    end_seconds: float


class _FromComponents(ContentDetector):  # type: ignore[misc]  # scenedetect has no type stubs
    """A content detector whose "picture" is the three changes, already measured."""

    def _calculate_frame_score(self, timecode: FrameTimecode, frame_img: object) -> float:
        # The formula of ContentDetector with its default weights, in its order of addition.
        hue, sat, lum = cast(tuple[float, float, float], frame_img)
        return sum((hue * 1.0, sat * 1.0, lum * 1.0, 0.0)) / 3.0


class _AdaptiveFromComponents(AdaptiveDetector, _FromComponents):  # type: ignore[misc]
    """The same for the adaptive detector, whose base is the content detector."""

    _calculate_frame_score = _FromComponents._calculate_frame_score


def find_scenes(
    frames: Sequence[FrameScores],
    rate: Fraction,
    end_seconds: float,
    detector: Literal["content", "adaptive", "threshold"],
    threshold: float | None,
    min_scene_frames: int,
) -> list[FoundScene]:
    """Cut a video into scenes.

    Args:
        frames: all frames that were decoded.
        rate: average frame rate; PySceneDetect counts the least scene length in it.
        end_seconds: where the last scene ends.
        detector: PySceneDetect's detector of that name.
        threshold: the detector's own default where null.
        min_scene_frames: least length of a scene.
    """
    cuts = _cuts(frames, rate, _detector(detector, threshold, min_scene_frames))
    places = sorted({place for place in cuts if 0 < place < len(frames)})
    starts = [0, *places]
    ends = [*places, len(frames)]
    return [
        FoundScene(
            start_frame=frames[start].frame_index,
            end_frame=_first_frame_of(frames, end),
            start_seconds=frames[start].pts_seconds,
            end_seconds=frames[end].pts_seconds if end < len(frames) else end_seconds,
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def _first_frame_of(frames: Sequence[FrameScores], place: int) -> int:
    return frames[place].frame_index if place < len(frames) else frames[-1].frame_index + 1


def _detector(name: str, threshold: float | None, min_scene_frames: int) -> SceneDetector:
    match name, threshold:
        case "content", None:
            return _FromComponents(min_scene_len=min_scene_frames)
        case "content", _:
            return _FromComponents(threshold=threshold, min_scene_len=min_scene_frames)
        case "adaptive", None:
            return _AdaptiveFromComponents(min_scene_len=min_scene_frames)
        case "adaptive", _:
            return _AdaptiveFromComponents(
                adaptive_threshold=threshold, min_scene_len=min_scene_frames
            )
        case _, None:
            return ThresholdDetector(min_scene_len=min_scene_frames)
        case _:
            return ThresholdDetector(threshold=threshold, min_scene_len=min_scene_frames)


def _cuts(frames: Sequence[FrameScores], rate: Fraction, detector: SceneDetector) -> Iterable[int]:
    """The places in `frames` where a scene starts."""
    start, clock = frames[0].pts_seconds, FrameTimecode(0, fps=rate)
    codes = [_timecode(frame.pts_seconds - start, clock) for frame in frames]
    whole = isinstance(detector, ThresholdDetector)
    found: list[FrameTimecode] = []
    for frame, code in zip(frames, codes, strict=True):
        found += detector.process_frame(
            code,
            np.array([frame.average_rgb])
            if whole
            else (frame.delta_hue, frame.delta_sat, frame.delta_lum),
        )
    found += detector.post_process(codes[-1])
    if whole:  # The middle of a fade: a frame number at the average rate.
        numbers = [code.frame_num for code in codes]
        return [bisect_left(numbers, cut.frame_num) for cut in found]
    times = [code.pts for code in codes]
    return [bisect_left(times, cut.pts) for cut in found]


def _timecode(seconds: float, clock: FrameTimecode) -> FrameTimecode:
    """A time at the rate of `clock`, which is a fraction already and so needs no conversion."""
    return FrameTimecode(Timecode(round(seconds / float(MICROSECOND)), MICROSECOND), fps=clock)
