"""Sequences, their words, the false ones, and what of a route can be asked."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.program.routes.false_orders import COUNT, false_orders, reversed_order
from pipeline.models.program.routes.kinds import category_of, opposite, task_of
from pipeline.models.program.routes.phrases import named, read, told, turns
from pipeline.models.program.routes.plans import plans
from pipeline.models.program.routes.sequences import keys
from pipeline.records import Way
from pipeline.tasks import TASKS_OF, Task
from tests.stages.routing import path

ALL = TASKS_OF["ego_st"]
TURNS: tuple[Way, ...] = ("straight", "left", "straight", "right")
LANDMARKS = ("bench", "clock", "couch")


def test_the_opposite_of_a_task_is_of_its_category() -> None:
    for task in ALL:
        assert category_of(opposite(task)) == category_of(task)
        assert opposite(task) != task == opposite(opposite(task))


def test_the_way_back_turns_to_the_other_side_and_comes_upon_the_last_first() -> None:
    walked = path(["straight", "left", "straight", "left", "stop"], LANDMARKS)
    assert keys(walked, Task.DIRECTION_CHANGE_FORWARD) == ("straight", "left", "straight", "left")
    assert keys(walked, Task.DIRECTION_CHANGE_REVERSE) == ("right", "straight", "right", "straight")
    assert keys(walked, Task.LANDMARK_CHANGE_REVERSE) == ("couch", "clock", "bench")


def test_a_halt_parts_no_way_ahead_and_two_turns_stay_two() -> None:
    walked = path(["straight", "stop", "straight", "left", "left"])
    assert keys(walked, Task.DIRECTION_CHANGE_FORWARD) == ("straight", "left", "left")


@given(st.lists(st.sampled_from(("straight", "left", "right", "around")), min_size=1, max_size=8))
def test_an_order_is_read_back_from_its_words(order: list[str]) -> None:
    assert read(told(order, "direction_change"), "direction_change") == tuple(order)


def test_names_with_commas_are_read_back_too() -> None:
    order = ("cutting bread", "opening a jar, slowly", "eating")
    assert read(told(order, "action_change"), "action_change") == order


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("Turn left at the bench, then turning right.", ("left", "right")),
        ("It turns to the left, goes on and makes a sharp right.", ("left", "right")),
        ("Turn around and take the second door on the left.", ("around", "left")),
        ("Take a left; turn slightly right.", ("left", "right")),
        ("The bench on the left is passed.", ()),
    ],
)
def test_turns_are_read_from_free_words(text: str, order: tuple[str, ...]) -> None:
    assert turns(text) == order


def test_landmarks_are_read_where_they_are_first_named() -> None:
    assert named("Past the couch and a bench, the couch again.", LANDMARKS) == ("couch", "bench")


@pytest.mark.parametrize("length", [2, 3, 4, 5])
def test_every_order_of_ways_has_three_false_ones_and_the_reversed_is_among_them(
    length: int,
) -> None:
    for order in product(("straight", "left", "right", "around"), repeat=length):
        if any(a == b == "straight" for a, b in pairwise(order)):
            continue
        wrong = false_orders(order, "direction_change", "q")
        assert len(set(wrong)) == COUNT
        assert order not in wrong
        hard = reversed_order(order)
        assert hard is None or wrong[0] == hard


@pytest.mark.parametrize("size", [3, 4, 7, 9])
def test_marks_keep_their_names_in_a_false_order(size: int) -> None:
    order = tuple("abcdefghi"[:size])
    wrong = false_orders(order, "landmark_change", "q")
    assert len(set(wrong)) == COUNT
    assert wrong[0] == order[::-1]
    assert all(sorted(w) == sorted(order) and w != order for w in wrong)


def test_two_marks_have_too_few_false_orders() -> None:
    assert len(false_orders(("bench", "clock"), "landmark_change", "q")) == 1


def test_false_orders_depend_on_the_question_and_on_nothing_else() -> None:
    order = ("straight", "left", "straight", "right", "straight")
    drawn = {false_orders(order, "direction_change", f"q{i}") for i in range(20)}
    assert len(drawn) > 1
    assert len({false_orders(order, "direction_change", "q") for _ in range(3)}) == 1


def asked(*arguments: object, most: int = 8) -> list[Task]:
    return [plan.task for plan in plans(path(*arguments), ALL, most, "seed")]  # type: ignore[arg-type]


def test_a_route_with_all_is_asked_eight_questions_each_beside_its_opposite() -> None:
    assert asked(TURNS, LANDMARKS, ("cutting", "eating", "washing")) == list(ALL)


def test_a_route_is_asked_only_what_it_supports() -> None:
    directions = [
        task_of(c, reverse=r)
        for c in ("route_description", "direction_change")
        for r in (False, True)
    ]
    assert asked(TURNS, LANDMARKS[:2], ("eating",)) == directions


def test_where_there_is_no_room_pairs_are_drawn() -> None:
    few = asked(TURNS, LANDMARKS, ("cutting", "eating", "washing"), most=5)
    assert len(few) == 4
    assert {opposite(task) for task in few} == set(few)


def test_a_task_is_asked_only_with_its_opposite() -> None:
    tasks = (Task.DIRECTION_CHANGE_FORWARD,)
    assert plans(path(TURNS), tasks, 8, "seed") == []


def test_a_plan_rests_on_frames_in_the_order_of_time() -> None:
    (back,) = (
        plan
        for plan in plans(path(TURNS), ALL, 8, "seed")
        if plan.task is Task.DIRECTION_CHANGE_REVERSE
    )
    assert back.answer == "Turn left, then go straight, then turn right, then go straight"
    assert back.frames == ("v/f0", "v/f1", "v/f2", "v/f3")
