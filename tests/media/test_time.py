"""The frame-index rule."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.rate import average_rate
from pipeline.media.time import FrameIndex, seconds


@given(st.lists(st.integers(-1000, 1000), unique=True, min_size=1), st.data())
def test_index_is_the_place_among_sorted_times(times: list[int], data: st.DataObject) -> None:
    decoded = data.draw(st.lists(st.sampled_from(times), unique=True).map(sorted))
    index = FrameIndex(0, None)
    for pts in times:
        index.add(pts)
    order = sorted(times)
    assert [index.take(pts) for pts in decoded] == [order.index(pts) for pts in decoded]


def test_frames_without_a_packet_have_no_index() -> None:
    index = FrameIndex(10, 100)
    for pts in (90, 100, 110, 130):
        index.add(pts)
    assert [index.take(pts) for pts in (95, 100, 120, 130)] == [None, 10, None, 12]


def test_seconds_are_rounded_once() -> None:
    assert seconds(1001 * 17, Fraction(1, 30000)) == 17 * 1001 / 30000


@given(st.integers(-(2**62), 2**62), st.fractions(Fraction(1, 10**9), 10))
def test_seconds_are_the_nearest_float(pts: int, time_base: Fraction) -> None:
    assert seconds(pts, time_base) == float(pts * time_base)


def test_named_rate_wins_where_it_fits_coarse_times() -> None:
    ntsc = Fraction(30000, 1001)
    times = [round(i / ntsc * 1000) for i in range(500)]
    assert average_rate(times, Fraction(1, 1000), [ntsc]) == (ntsc, False)
    assert average_rate(times, Fraction(1, 1000), [Fraction(25), ntsc]) == (ntsc, False)


def test_wrong_named_rate_is_not_believed() -> None:
    times = [i * 40 for i in range(500)]
    assert average_rate(times, Fraction(1, 1000), [Fraction(30)]) == (Fraction(25), False)
    assert average_rate([0, 40, 1000], Fraction(1, 1000), [Fraction(25)]) == (Fraction(2), True)
