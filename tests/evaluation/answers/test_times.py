"""Stretches of time in replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.answers.parsed import Parsed, Reason, Unparsed
from pipeline.evaluation.answers.times import Segment, read_times

TIMES = st.integers(min_value=0, max_value=99_999).map(lambda tenths: tenths / 10)


@pytest.mark.parametrize(
    ("reply", "segments"),
    [
        ("from 12.3 to 15", [(12.3, 15)]),
        ("From 12.3s to 15s.", [(12.3, 15)]),
        ("It happens from 12.3 seconds to 15 seconds", [(12.3, 15)]),
        ("between 12 and 15 seconds", [(12, 15)]),
        ("00:12-00:15", [(12, 15)]),
        ("00:12 to 00:15.5", [(12, 15.5)]),
        ("1:02:03.5 - 1:02:10", [(3723.5, 3730)]),
        ("00:12,00:15", [(12, 15)]),
        ("[20.3, 30.8]", [(20.3, 30.8)]),
        ("(20.3, 30.8)", [(20.3, 30.8)]),
        ("[[1, 2], [5, 8]]", [(1, 2), (5, 8)]),
        ("<glue>[(2, 5), (8, 9)]</glue>", [(2, 5), (8, 9)]),
        ('{"time": [12.3, 25.7]}', [(12.3, 25.7)]),
        ("From <t>2.5</t>s to <t>5</t>s", [(2.5, 5)]),
        ("13.4-28.1", [(13.4, 28.1)]),
        ("from 1 to 2 and from 5 to 8", [(1, 2), (5, 8)]),
        (r"<think>Perhaps [1, 2].</think>\boxed{[3.0, 4.5]}", [(3, 4.5)]),
        ("In 2 scenes, from 3 to 5", [(3, 5)]),
        ("[8, 3]", [(8, 3)]),
        ("[4, 4]", [(4, 4)]),
        ("[1, 2] and again [1, 2]", [(1, 2)]),
    ],
)
def test_times(reply: str, segments: list[tuple[float, float]]) -> None:
    assert read_times(reply) == Parsed(tuple(Segment(*pair) for pair in segments))


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        ("at 12 seconds", "no_answer"),
        ("[1, 2, 3]", "malformed"),
        ("[12.3]", "malformed"),
        ("[-3, 5]", "malformed"),
        ("I cannot see when.", "refusal"),
        ("I cannot tell when.", "refusal"),
        (r"\boxed{", "unfinished"),
    ],
)
def test_no_times(reply: str, reason: Reason) -> None:
    found = read_times(reply)
    assert isinstance(found, Unparsed) and found.reason == reason, found


def test_a_reversed_pair_is_put_in_order_on_request() -> None:
    assert Segment(8, 3).ordered() == Segment(3, 8)
    assert Segment(3, 8).ordered() == Segment(3, 8)
    assert Segment(8, 3).seconds == 5


@given(TIMES, TIMES)
def test_a_written_pair_is_read_back(start: float, end: float) -> None:
    for text in (f"[{start}, {end}]", f"from {start} to {end}", f"{start}s - {end}s"):
        assert read_times(text) == Parsed((Segment(start, end),))


@given(st.text(alphabet="0123456789.:,-[]() tos", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_times(text)
    assert isinstance(found, Unparsed) or all(s.start >= 0 and s.end >= 0 for s in found.value)
