"""What a judge of routes is told of the true one."""

from pathlib import Path

from pipeline.harness.route_steps import route_steps
from pipeline.tasks import Task
from tests.fakes.openai_server import FakeOpenAI
from tests.harness.small import Evaluation, dataset, of, row, settings
from tests.harness.test_protocols import judging
from tests.stages.routing import path

# Four seconds a step; landmarks at 0, 3, 6 and 9 s.
WALKED = path(["stop", "straight", "left"], ["gate", "shop", "door", "stairs"])


def test_a_route_is_told_in_the_direction_that_is_asked_for() -> None:
    assert route_steps(WALKED, Task.ROUTE_DESCRIPTION_FORWARD) == (
        "go straight, passing gate, shop, door",
        "turn left, passing stairs",
    )
    assert route_steps(WALKED, Task.LANDMARK_CHANGE_REVERSE) == (
        "turn right, passing stairs",
        "go straight, passing door, shop, gate",
    )
    assert route_steps(path(["right", "right"]), Task.DIRECTION_CHANGE_FORWARD) == (
        "turn right",
        "turn right",
    )


def test_the_judge_is_told_the_steps_where_the_dataset_has_them(tmp_path: Path) -> None:
    rows = [row(0, task=Task.ROUTE_DESCRIPTION_REVERSE, route=WALKED), row(1)]
    evaluation = Evaluation(tmp_path / "work", dataset(tmp_path / "dataset", rows))
    with FakeOpenAI(judging) as server:
        results = evaluation.results(settings(server.base_url, protocols=("route",)))
        judged = [call.text for call in server.calls if call.body["model"] == "judge"]
    of_route = [text for text in judged if "Its steps, in order: " in text]
    assert len(of_route) == 1 < len(judged)
    assert '["turn right, passing stairs", "go straight, passing door, shop, gate"]' in of_route[0]
    assert all("\nThe description to score: " in text for text in judged)
    assert of(results, "core", "route").version == "route@2"
