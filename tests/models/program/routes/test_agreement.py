import pytest

from pipeline.models.program.routes.agreement import disagreement
from pipeline.tasks import Task
from tests.stages.routing import path

WALK = path(["straight", "left", "straight", "right"], ("bench", "clock", "couch"))


@pytest.mark.parametrize(
    ("answer", "task"),
    [
        (
            "Go straight, then turn left, then go straight, then turn right",
            Task.DIRECTION_CHANGE_FORWARD,
        ),
        ("Couch, then clock, then bench", Task.LANDMARK_CHANGE_REVERSE),
        ("Walk on past the bench, turn left, and turn right.", Task.ROUTE_DESCRIPTION_FORWARD),
        ("Turn left by the couch, then turn right at the bench.", Task.ROUTE_DESCRIPTION_REVERSE),
    ],
)
def test_an_answer_that_says_the_route_agrees(answer: str, task: Task) -> None:
    assert disagreement(answer, WALK, task) is None


@pytest.mark.parametrize(
    ("answer", "task", "told"),
    [
        ("Turn left, then go straight", Task.DIRECTION_CHANGE_FORWARD, "the route is"),
        ("Bench, then couch, then clock", Task.LANDMARK_CHANGE_FORWARD, "the route is"),
        ("Turn right, then turn left.", Task.ROUTE_DESCRIPTION_FORWARD, "turns right, left"),
        ("It goes on.", Task.ROUTE_DESCRIPTION_FORWARD, "turns nowhere"),
        ("Turn left, turn right, turn left.", Task.ROUTE_DESCRIPTION_FORWARD, "left, right, left"),
        (
            "Past the couch turn left, and turn right at the bench.",
            Task.ROUTE_DESCRIPTION_FORWARD,
            "passes couch, bench",
        ),
    ],
)
def test_an_invented_turn_or_another_order_is_told(answer: str, task: Task, told: str) -> None:
    message = disagreement(answer, WALK, task)
    assert message is not None and told in message
