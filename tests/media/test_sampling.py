"""Sampling: rates, evenness and limits, as properties of a pure function of times."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.sampling import EvenlySpread, LocalMotion, Sampler, sampling_rate, share_of
from pipeline.recipe import FramesSettings

MOTION = FramesSettings()


def sample(settings: FramesSettings, times: list[float], motion: float = 0.0) -> list[float]:
    sampler = Sampler(settings)
    return [t for t in times if sampler.keep(t, motion, False)]


@pytest.mark.parametrize(
    ("motion", "rate"), [(0, 1), (39.9, 1), (40, 2), (100, 3), (160, 4), (1000, 4)]
)
def test_rate_follows_motion(motion: float, rate: float) -> None:
    assert sampling_rate(motion, MOTION) == pytest.approx(rate)


@pytest.mark.parametrize("fps", [24000 / 1001, 25, 29.97, 60])
@pytest.mark.parametrize(("motion", "rate"), [(0.0, 1), (40.0, 2), (500.0, 4)])
def test_average_rate_is_the_one_asked_for(fps: float, motion: float, rate: int) -> None:
    kept = sample(MOTION, [i / fps for i in range(int(60 * fps))], motion)
    assert len(kept) == pytest.approx(60 * rate, abs=1)
    assert max(abs(b - a - 1 / rate) for a, b in pairwise(kept)) < 1 / fps + 1e-6


def test_fixed_rate_on_its_grid_hits_every_point() -> None:
    settings = FramesSettings(sampling="fixed", fps=2.0)
    assert sample(settings, [i / 10 for i in range(100)]) == pytest.approx(
        [i / 2 for i in range(20)]
    )


def test_rate_above_the_video_keeps_every_frame() -> None:
    settings = FramesSettings(sampling="fixed", fps=100.0)
    times = [i / 10 for i in range(30)]
    assert sample(settings, times) == times


def test_a_long_gap_is_not_made_up_for() -> None:
    settings = FramesSettings(sampling="fixed", fps=1.0)
    times = [0.0, *(10 + i / 25 for i in range(50))]
    assert sample(settings, times) == pytest.approx([0, 10, 11])


def test_keyframes_only() -> None:
    sampler = Sampler(FramesSettings(sampling="keyframes"))
    assert [sampler.keep(i / 25, 0, i % 12 == 0) for i in range(25)].count(True) == 3


def test_motion_is_the_change_of_the_last_second() -> None:
    motion = LocalMotion()
    values = [motion.update(i / 10, 5.0 if i <= 20 else 0.0) for i in range(41)]
    assert values[0] == 0
    assert values[1:21] == pytest.approx([50.0] * 20)
    assert values[25] == pytest.approx(25.0)
    assert values[31:] == pytest.approx([0.0] * 10, abs=1e-9)


@given(st.integers(1, 50), st.integers(0, 1000))
def test_spread_keeps_the_limit_and_spreads_evenly(limit: int, count: int) -> None:
    spread: EvenlySpread[int] = EvenlySpread(limit)
    for item in range(count):
        if spread.wants_next():
            spread.add(item)
    kept = list(spread.result())
    assert len(kept) == min(limit, count)
    assert kept == sorted(set(kept))
    gaps = [b - a for a, b in pairwise(kept)]
    assert not gaps or max(gaps) <= 2 * min(gaps)


def test_no_limit_and_limit_zero() -> None:
    free: EvenlySpread[int] = EvenlySpread(None)
    none: EvenlySpread[int] = EvenlySpread(0)
    for item in range(100):
        assert free.wants_next() and not none.wants_next()
        free.add(item)
    assert list(free.result()) == list(range(100))
    assert list(none.result()) == []


@given(st.integers(1, 5000), st.lists(st.fractions(0, 1), max_size=8))
def test_shares_add_up(limit: int, borders: list[Fraction]) -> None:
    points = [Fraction(0), *sorted(borders), Fraction(1)]
    shares = [share_of(limit, start, end) for start, end in pairwise(points)]
    assert sum(share or 0 for share in shares) == limit
    assert share_of(None, Fraction(0), Fraction(1)) is None
