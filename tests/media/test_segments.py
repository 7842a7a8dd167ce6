"""Cutting at keyframes."""

from fractions import Fraction

from pipeline.media.segments import Segment, parse_ordinal, segment_id, split_at_keyframes

SECOND = Fraction(1, 1000)


def test_cuts_at_the_first_keyframe_after_the_least_length() -> None:
    keyframes = [(100 + i * 700, i * 7) for i in range(10)]
    assert split_at_keyframes(keyframes, SECOND, 2 / 60) == (
        Segment(0, 0, None, 2200),
        Segment(1, 21, 2200, 4300),
        Segment(2, 42, 4300, 6400),
        Segment(3, 63, 6400, None),
    )


def test_one_segment_without_keyframes_or_when_short() -> None:
    whole = (Segment(0, 0, None, None),)
    assert split_at_keyframes([], SECOND, 10) == whole
    assert split_at_keyframes([(0, 0), (5000, 125)], SECOND, 10) == whole


def test_ids_sort_and_parse() -> None:
    assert segment_id("ab", 7) == "ab/s0007"
    assert [parse_ordinal(segment_id("a/s1", n)) for n in (0, 12, 12345)] == [0, 12, 12345]
