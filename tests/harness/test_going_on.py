from collections import Counter
from pathlib import Path
from threading import Event as Flag

from pipeline.engine.events import Event, PackDone
from tests.fakes.openai_server import Call, FakeOpenAI, Garbage, Status
from tests.harness.small import Evaluation, dataset, of, row, settings


def question(call: Call) -> str:
    return str(call.body["messages"])


def test_stopped_in_the_middle_nothing_is_asked_twice(tmp_path: Path) -> None:
    made = dataset(tmp_path / "dataset", [row(n) for n in range(40)])
    evaluation = Evaluation(tmp_path / "work", made)
    stop = Flag()

    def listen(event: Event) -> None:
        if isinstance(event, PackDone) and event.stage == "answers_core_choice":
            stop.set()

    with FakeOpenAI(lambda call: "Answer: A") as server:
        chosen = settings(server.base_url)
        assert evaluation.run(chosen, stop=stop, listen=listen).stopped
        assert 0 < len(server.calls) < 80
        results = evaluation.results(chosen)
        asked = Counter(map(question, server.calls))
        assert len(asked) == 80
        assert max(asked.values()) == 1
    assert of(results, "core", "objective").graded == 40


def test_an_endpoint_that_breaks_halts_or_fails_and_a_rerun_goes_on(tmp_path: Path) -> None:
    made = dataset(tmp_path / "dataset", [row(n) for n in range(4)])
    evaluation = Evaluation(tmp_path / "work", made)
    broken = {"on": True}

    def script(call: Call) -> Garbage | Status | None:
        if not broken["on"] or call.number < 2:
            return None
        return Garbage() if call.number == 2 else Status(401, "no such key")

    with FakeOpenAI(lambda call: "Answer: A", script) as server:
        chosen = settings(server.base_url)
        halted = evaluation.run(chosen).halted
        assert halted is not None
        assert "key" in str(halted)
        broken["on"] = False
        results = evaluation.results(chosen, retry=True)
        assert of(results, "core", "objective").graded == 4
        assert of(results, "blind", "objective").graded == 4
