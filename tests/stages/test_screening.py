"""The filters: each alone, all together, and what holds whatever the frames look like."""

from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.likeness import differing_bits
from pipeline.outcome import Failed, Outcome, Rejected
from pipeline.recipe import FiltersSettings, Identity, Recipe
from pipeline.records import Float32, Look, ScreenCount, Screened, Unwanted
from pipeline.stages.screen_counts import frames_by_outcome
from pipeline.stages.screening import MeasuredFrame, stage
from pipeline.store import BlobStore, Store
from tests.stages.units import run, unit

BLOBS = BlobStore(Store(Path("unused")))
STILL: dict[str, Any] = {"motion": 0.0, "level": 0.0}
ALL = FiltersSettings(text_only=0.8, black=26, blur=50, frozen=0.5, near_duplicate=4)


def bits(count: int) -> str:
    """A hash that differs in so many bits from that of frame 0."""
    return f"{0xFF ^ ((1 << count) - 1):016x}"


def frame(number: int, **seen: Any) -> list[Any]:
    """A frame that no filter minds, apart from what is said of it."""
    level = seen.pop("level", 40.0 * number)
    look: dict[str, Any] = {
        "luma_p98": 200,
        "grid": tuple(Float32(level) for _ in range(64)),
        "phash": f"{0xFF << 8 * (number % 8):016x}",
        "text_share": 0.0,
    }
    measured: dict[str, Any] = {"pts_seconds": float(number), "sharpness": 500.0, "motion": 30.0}
    for name, value in seen.items():
        (look if name in look else measured)[name] = value
    return [
        Look(id=f"v/f{number}", video="v", **look),
        MeasuredFrame(id=f"v/f{number}", frame_index=number, **measured),
    ]


def screen(settings: FiltersSettings, *frames: list[Any]) -> Outcome:
    built = stage(Recipe(name="t", identity=Identity(filters=settings)))
    (outcome,) = run(built, BLOBS, unit(built, "v", *(row for rows in frames for row in rows)))
    return outcome


def decisions(outcome: Outcome) -> list[Screened]:
    assert not isinstance(outcome, Failed)
    return [row for row in outcome.rows if isinstance(row, Screened)]


def reasons(outcome: Outcome) -> list[str | None]:
    rows = decisions(outcome)
    assert all(row.passed == (row.reason is None) == (row.value is None) for row in rows)
    return [row.reason for row in rows]


@pytest.mark.parametrize(
    ("setting", "under", "over", "finding"),
    [
        ({"text_only": 0.8}, {"text_share": 0.79}, {"text_share": 0.8}, ("text_only", 0.8)),
        ({"black": 26}, {"luma_p98": 26}, {"luma_p98": 25}, ("black", 25.0)),
        ({"blur": 50}, {"sharpness": 50.0}, {"sharpness": 49.9}, ("blurred", 49.9)),
        ({"frozen": 0.5}, STILL | {"motion": 0.6}, STILL | {"motion": 0.5}, ("frozen", 0.5)),
        ({"frozen": 0.5}, STILL | {"level": 0.625}, STILL | {"level": 0.25}, ("frozen", 0.25)),
        ({"near_duplicate": 2}, {"phash": bits(3)}, {"phash": bits(2)}, ("near_duplicate", 2.0)),
    ],
)
def test_each_filter_at_its_threshold(
    setting: dict[str, Any],
    under: dict[str, Any],
    over: dict[str, Any],
    finding: tuple[str, float],
) -> None:
    settings = FiltersSettings(**setting)
    assert reasons(screen(settings, frame(0), frame(1, **under))) == [None, None]
    _, row = decisions(screen(settings, frame(0), frame(1, **over)))
    assert (row.reason, row.value) == finding


def test_the_first_filter_that_applies_is_the_reason_in_the_order_of_the_settings() -> None:
    bad = STILL | {"text_share": 1.0, "luma_p98": 0, "sharpness": 0.0, "phash": bits(0)}
    found: list[str] = []
    settings = ALL
    for name in FiltersSettings.model_fields:
        (_, reason) = reasons(screen(settings, frame(0), frame(1, **bad)))
        assert reason is not None
        found.append(reason)
        settings = settings.model_copy(update={name: None})
    assert found == list(get_args(Unwanted))


def test_of_a_still_stretch_the_first_frame_stays() -> None:
    still = [frame(i, level=100.0, motion=0.0 if i > 1 else 30.0) for i in range(1, 5)]
    moving = [frame(0, level=0.0), *still, frame(5, level=30.0)]
    outcome = screen(FiltersSettings(frozen=0.5), *moving)
    assert reasons(outcome) == [None, None, "frozen", "frozen", "frozen", None]


def test_a_slide_that_changes_between_two_sampled_frames_is_seen() -> None:
    # Sampled every five seconds: nothing moves in the second before any of them.
    slides = [frame(i, level=level, motion=0.0) for i, level in enumerate([9.0, 9.0, 12.0, 12.0])]
    outcome = screen(FiltersSettings(frozen=0.5), *slides)
    assert reasons(outcome) == [None, "frozen", None, "frozen"]


def test_a_slow_drift_adds_up_to_a_change() -> None:
    drift = [frame(i, level=0.2 * i, motion=0.2) for i in range(6)]
    outcome = screen(FiltersSettings(frozen=0.5), *drift)
    assert reasons(outcome) == [None, "frozen", "frozen", None, "frozen", "frozen"]


def test_what_is_left_out_is_nothing_to_compare_with() -> None:
    outcome = screen(ALL, frame(0), frame(1, luma_p98=3), frame(2, **STILL))
    assert reasons(outcome) == [None, "black", "frozen"]
    first_dark = screen(ALL, frame(0, luma_p98=3), frame(1, **STILL, phash=bits(0)))
    assert reasons(first_dark) == ["black", None]


def test_order_is_by_time_and_not_by_id() -> None:
    frames = [frame(i, level=float(i)) for i in range(12)]
    rows = decisions(screen(ALL, *frames))
    # As texts, `v/f10` comes before `v/f2`.
    assert [row.id for row in rows] == [f"v/f{i}" for i in range(12)]
    assert [row.pts_seconds for row in rows] == [float(i) for i in range(12)]


def test_a_video_of_which_no_frame_passes_is_rejected_with_all_it_was_decided_on() -> None:
    outcome = screen(ALL, frame(0, luma_p98=0), frame(1, luma_p98=0), frame(2, sharpness=1.0))
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_frame_passed"
    assert outcome.message == "none of 3 frames passed the filters: 2 black, 1 blurred"
    counts = [row for row in outcome.rows if isinstance(row, ScreenCount)]
    assert frames_by_outcome(counts) == {"passed": 0, "black": 2, "blurred": 1}
    assert len(decisions(outcome)) == 3


HASHES = st.integers(0, 2**64 - 1).map(lambda bits: f"{bits:016x}")
NEAR = st.builds(
    lambda base, flips: f"{base ^ sum(1 << bit for bit in flips):016x}",
    st.sampled_from([0, 0xFFFF, 0xF0F0F0F0]),
    st.sets(st.integers(0, 63), max_size=6),
)


@given(st.lists(st.one_of(HASHES, NEAR), min_size=1, max_size=30), st.integers(0, 64))
def test_what_passes_differs_from_the_last_that_passed(hashes: list[str], bits: int) -> None:
    frames = [frame(i, phash=phash) for i, phash in enumerate(hashes)]
    found = reasons(screen(FiltersSettings(near_duplicate=bits), *frames))
    last: str | None = None
    for phash, reason in zip(hashes, found, strict=True):
        alike = last is not None and differing_bits(phash, last) <= bits
        assert reason == ("near_duplicate" if alike else None)
        last = last if alike else phash
    assert found[0] is None


SEEN = st.fixed_dictionaries(
    {
        "luma_p98": st.integers(0, 255),
        "text_share": st.floats(0, 1),
        "sharpness": st.floats(0, 200),
        "motion": st.floats(0, 2),
        "level": st.sampled_from([0.0, 0.25, 1.0, 9.0]),
        "phash": NEAR,
    }
)


UNWANTED: dict[str, dict[str, Any]] = {
    "text_only": {"text_share": 1.0},
    "black": {"luma_p98": 0},
    "blur": {"sharpness": 0.0},
    "frozen": STILL,
    "near_duplicate": {"phash": bits(0)},
}
ON = st.sets(st.sampled_from(sorted(FiltersSettings.model_fields)))


@given(st.lists(SEEN, min_size=1, max_size=20), ON)
def test_a_filter_that_is_off_changes_nothing(seen: list[dict[str, Any]], on: set[str]) -> None:
    settings = FiltersSettings(**{name: getattr(ALL, name) for name in on})
    before = screen(settings, *(frame(i, **look) for i, look in enumerate(seen)))
    for name in FiltersSettings.model_fields.keys() - on:
        seen = [look | UNWANTED[name] for look in seen]
    after = screen(settings, *(frame(i, **look) for i, look in enumerate(seen)))
    assert after == before
    assert on or all(row.passed for row in decisions(after))


@given(st.lists(SEEN, min_size=1, max_size=20), ON)
def test_every_frame_is_decided_about_and_counted(seen: list[dict[str, Any]], on: set[str]) -> None:
    settings = FiltersSettings(**{name: getattr(ALL, name) for name in on})
    outcome = screen(settings, *(frame(i, **look) for i, look in enumerate(seen)))
    rows = decisions(outcome)
    assert [row.id for row in rows] == [f"v/f{i}" for i in range(len(seen))]
    assert isinstance(outcome, Rejected) != any(row.passed for row in rows)
    assert not isinstance(outcome, Failed)
    counts = [row for row in outcome.rows if isinstance(row, ScreenCount)]
    assert len({count.id for count in counts}) == len(counts)
    frames = frames_by_outcome(counts)
    assert sum(frames.values()) == len(rows)
    assert frames["passed"] == sum(row.passed for row in rows)
