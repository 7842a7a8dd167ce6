"""Stretches of time are checked against the video."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imports.rows import ImportedSpan
from pipeline.imports.spans import span_of


def read(stated: Any, length: float | None = 30.0) -> tuple[ImportedSpan | None, list[str]]:
    told: list[str] = []
    return span_of(stated, length, lambda code, message: told.append(code)), told


@pytest.mark.parametrize(
    ("stated", "kept", "codes"),
    [
        ([1.5, 20], (1.5, 20.0), []),
        (("1.5", "20"), (1.5, 20.0), []),
        ([-0.2, 5], (0.0, 5.0), ["span_starts_before_video"]),
        ([20, 30.6], (20.0, 30.0), ["span_ends_just_after_video"]),
        ([20, 31.5], (20.0, 30.0), ["span_ends_after_video"]),
        ([20, 10], None, ["span_reversed"]),
        ([20, 20], None, ["span_empty"]),
        ([31, 31.5], None, ["span_ends_after_video", "span_outside_video"]),
        ([-2, -1], None, ["span_starts_before_video", "span_outside_video"]),
        (["a", 2], None, ["span_unreadable"]),
        ([1], None, ["span_unreadable"]),
        ([1, float("nan")], None, ["span_unreadable"]),
        (None, None, ["span_unreadable"]),
    ],
)
def test_spans(stated: Any, kept: tuple[float, float] | None, codes: list[str]) -> None:
    span, told = read(stated)
    assert told == codes
    assert (span and (span.start_seconds, span.end_seconds)) == kept
    if span is not None:
        assert (span.stated_start, span.stated_end) == tuple(float(s) for s in stated)


def test_without_a_length_ends_are_not_checked() -> None:
    span, told = read([20, 1000], None)
    assert span is not None and span.end_seconds == 1000 and told == []


@given(st.floats(-10, 100), st.floats(-10, 100), st.floats(0.1, 60))
def test_what_is_kept_lies_inside_the_video(start: float, end: float, length: float) -> None:
    span, told = read([start, end], length)
    if span is not None:
        assert 0 <= span.start_seconds < span.end_seconds <= length
        changed = (span.start_seconds, span.end_seconds) != (start, end)
        assert changed == bool(told)
    else:
        assert told
