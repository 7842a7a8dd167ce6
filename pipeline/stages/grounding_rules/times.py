"""When the claims of an evidence hold."""

from collections.abc import Mapping

from pipeline.records import Claim, Interval
from pipeline.stages.grounding_rules.views import Clock, FrameTime, Lasting, Reasoning


def intervals(
    evidence: Reasoning,
    times: Mapping[str, FrameTime],
    lasting: Mapping[str, Lasting],
    clock: Clock,
) -> list[Interval]:
    """The time of every claim that cites frames."""
    found = []
    for ordinal, claim in enumerate(evidence.claims):
        if not claim.frames:
            continue
        start, end = interval_of(claim, times, lasting, clock)
        found.append(
            Interval(
                id=f"{evidence.id}#{ordinal}",
                question=evidence.id,
                video=evidence.video,
                claim=claim.text,
                pts_seconds=tuple(sorted({times[f].pts_seconds for f in claim.frames})),
                start_seconds=start,
                end_seconds=end,
            )
        )
    return found


def interval_of(
    claim: Claim,
    times: Mapping[str, FrameTime],
    lasting: Mapping[str, Lasting],
    clock: Clock,
) -> tuple[float, float]:
    """From the first to the last frame that says what the cited ones say, inside the video.

    The end is that of the last one's display: the next sampled frame says something else, and
    when between the two it began to, nobody has looked.
    """
    shown = [times[frame].pts_seconds for frame in claim.frames]
    same = [lasting[frame] for frame in claim.frames if frame in lasting]
    start = min([*shown, *(extent.first_seconds for extent in same)])
    last = max([*shown, *(extent.last_seconds for extent in same)])
    end = last + clock.fps_den / clock.fps_num
    over = clock.start_seconds + clock.duration_seconds
    # A container may say that it ends before its last frame does; that frame has a time too.
    return start, min(end, over) if last < over else end
