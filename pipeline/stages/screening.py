"""`screening`: which frames are captioned, decided by thresholds over what is known of them.

A frame that repeats the one before it is compared with the last frame that passed: of a still
stretch its first frame stays, and a slow drift adds up to a change.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from pipeline.engine.stage import Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.media.likeness import differing_bits, mean_difference
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.recipe import FiltersSettings, Recipe
from pipeline.records import Frame, Look, Record, ScreenCount, Screened, Unwanted, record


@record
class MeasuredFrame(Record):
    """When a frame is shown, and what was measured of it while it was decoded."""

    id: str
    frame_index: int
    pts_seconds: float
    sharpness: float
    motion: float


class Finding(NamedTuple):
    """Why a frame is left out."""

    reason: Unwanted
    value: float
    """The number that the threshold was compared with."""


@dataclass(frozen=True)
class Filters:
    """The filters that are on, asked in the order of their settings."""

    settings: FiltersSettings

    def ask(self, frame: MeasuredFrame, look: Look, last: Look | None) -> Finding | None:
        """The first filter that turns a frame down.

        Args:
            last: what the last frame that passed looks like; None where none has.
        """
        found = self._alone(frame, look)
        return found if found or last is None else self._beside(frame, look, last)

    def _alone(self, frame: MeasuredFrame, look: Look) -> Finding | None:
        on = self.settings
        if on.text_only is not None and look.text_share >= on.text_only:
            return Finding("text_only", look.text_share)
        if on.black is not None and look.luma_p98 < on.black:
            return Finding("black", float(look.luma_p98))
        if on.blur is not None and frame.sharpness < on.blur:
            return Finding("blurred", frame.sharpness)
        return None

    def _beside(self, frame: MeasuredFrame, look: Look, last: Look) -> Finding | None:
        on = self.settings
        if on.frozen is not None:
            # Motion alone would not do: it is of one second, of a segment's first frame always
            # 0, and frames may lie further apart than that.
            changed = max(frame.motion, mean_difference(look.grid, last.grid))
            if changed <= on.frozen:
                return Finding("frozen", changed)
        if on.near_duplicate is not None:
            bits = differing_bits(look.phash, last.phash)
            if bits <= on.near_duplicate:
                return Finding("near_duplicate", float(bits))
        return None


def screen(filters: Filters, frames: Sequence[tuple[MeasuredFrame, Look]]) -> list[Screened]:
    """Decide about a video's frames, which are in time order, one after the other."""
    screened: list[Screened] = []
    last: Look | None = None
    for frame, look in frames:
        found = filters.ask(frame, look, last)
        if found is None:
            last = look
        screened.append(
            Screened(
                id=frame.id,
                video=look.video,
                pts_seconds=frame.pts_seconds,
                passed=found is None,
                reason=found.reason if found else None,
                value=found.value if found else None,
            )
        )
    return screened


def _screen_videos(settings: FiltersSettings, units: Sequence[Unit]) -> Iterator[Outcome]:
    """The worker: one video after another."""
    filters = Filters(settings)
    for unit in units:
        looks = {look.id: look for look in unit.all(Look)}
        frames = sorted(unit.all(MeasuredFrame), key=lambda f: (f.pts_seconds, f.frame_index))
        screened = screen(filters, [(frame, looks[frame.id]) for frame in frames])
        reasons = Counter(row.reason for row in screened)
        counts = [_count(unit.id, reason, frames) for reason, frames in reasons.items()]
        if None in reasons:
            yield Kept([*screened, *counts])
        else:
            told = ", ".join(f"{n} {reason}" for reason, n in reasons.most_common())
            message = f"none of {len(screened)} frames passed the filters: {told}"
            yield Rejected("no_frame_passed", message, rows=[*screened, *counts])


def _count(video: str, reason: Unwanted | None, frames: int) -> ScreenCount:
    return ScreenCount(
        id=f"{video}/{reason or 'passed'}", video=video, reason=reason, frames=frames
    )


def _worker(settings: FiltersSettings, blobs: Blobs) -> partial[Iterator[Outcome]]:
    return partial(_screen_videos, settings)


def stage(recipe: Recipe) -> Stage:
    """What is decided about the frames of one video."""
    settings = recipe.identity.filters
    return Stage(
        name="screening",
        version=1,
        primary=Table("looks", Look, Look),
        split=by_column("video"),
        lookups=(Lookup(Table("frames", Frame, MeasuredFrame), "id", Look, "id"),),
        writes=(Screened, ScreenCount),
        identity=settings.model_dump(mode="json"),
        worker=partial(_worker, settings),
    )
