from dataclasses import replace

import pytest

from pipeline.recipe import RoutesSettings
from pipeline.stages.route_rules.views import Moved
from pipeline.stages.route_rules.walks import walks
from tests.stages.routing import AHEAD, moves

ON = (4.0, 0.0, AHEAD)
SETTINGS = RoutesSettings()


def ways(found: list[Moved], settings: RoutesSettings = SETTINGS) -> list[list[str | None]]:
    return [[step.way for step in route] for route in walks(found, settings)]


def test_a_walk_with_two_turns_has_five_steps_with_their_times_and_degrees() -> None:
    (route,) = walks(moves(ON, (2, 90, 0), ON, (2, -80, 0), ON), SETTINGS)
    assert [s.way for s in route] == ["straight", "right", "straight", "left", "straight"]
    assert [(s.start, s.end) for s in route] == [(0, 4), (4, 6), (6, 10), (10, 12), (12, 16)]
    assert [s.degrees for s in route] == pytest.approx([0, 90, 0, -80, 0])


def test_standing_is_a_step() -> None:
    assert ways(moves(ON, (2, 90, 0), (3, 0, 0), ON)) == [["straight", "right", "stop", "straight"]]


def test_a_turn_around_is_neither_left_nor_right() -> None:
    assert ways(moves(ON, (4, -175, 0), ON)) == [["straight", "around", "straight"]]


def test_two_turns_to_one_side_with_a_walk_between_are_two() -> None:
    found = ways(moves(ON, (2, -90, 0), (1.5, 0, AHEAD), (2, -90, 0), ON))
    assert found == [["straight", "left", "straight", "left", "straight"]]


def test_a_turn_that_pauses_for_a_moment_goes_on() -> None:
    assert ways(moves(ON, (1, 40, 0), (0.5, 0, 0), (1, 40, 0), ON)) == [
        ["straight", "right", "straight"]
    ]


def test_swaying_of_the_head_is_no_turn() -> None:
    sway = [(0.5, 8.0, AHEAD), (0.5, -8.0, AHEAD)] * 6
    (route,) = ways(moves(ON, *sway, (2, 0, AHEAD), (2, 90, 0), ON))
    assert route == ["straight", "right", "straight"]


@pytest.mark.parametrize("degrees", [30, 135])
def test_a_turn_that_could_be_another_ends_the_route(degrees: float) -> None:
    assert ways(moves(ON, (3, degrees, 0), ON)) == []


def test_a_slow_curve_is_unclear() -> None:
    assert ways(moves(ON, (2, 90, 0), (10, 60, AHEAD), (2, 90, 0), ON)) == []


def test_a_glance_aside_and_back_is_no_pair_of_turns() -> None:
    assert ways(moves(ON, (1.5, 70, 0), (1.5, -70, 0), ON)) == []


def test_going_back_is_unclear() -> None:
    assert ways(moves((4, 0, -AHEAD), (2, 90, 0), ON)) == []


def test_no_route_goes_over_what_two_frames_do_not_share() -> None:
    found = moves(ON, (2, 90, 0), ON, (2, -90, 0), ON)
    at = next(i for i, m in enumerate(found) if m.start_seconds == 8)
    found[at] = replace(found[at], confidence=0.2)
    assert ways(found) == [["straight", "right", "straight"], ["straight", "left", "straight"]]


def test_no_route_goes_over_a_gap_in_time() -> None:
    first = moves(ON, (2, 90, 0), (2, 0, AHEAD))
    second = moves((2, 0, AHEAD), (2, 90, 0), ON, start=30.0)
    assert len(ways([*first, *second])) == 2
    slow = [replace(m, end_seconds=m.end_seconds + 2) for m in first]
    assert ways(slow) == []


def test_a_long_route_is_cut_and_a_short_rest_left_out() -> None:
    legs = [ON, (2.0, 90.0, 0.0)] * 5
    settings = RoutesSettings(max_steps=4)
    assert [len(route) for route in walks(moves(*legs), settings)] == [4, 4]


def test_a_walk_without_a_turn_is_no_route() -> None:
    assert ways(moves(ON, (3, 0, 0), ON)) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"turn_degrees": (60, 45)},
        {"around_degrees": (40, 150)},
        {"min_steps": 9},
        {"tasks": ("cooking_steps",)},
    ],
)
def test_thresholds_that_contradict_each_other_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"needs|other recipes"):
        RoutesSettings.model_validate(settings)
