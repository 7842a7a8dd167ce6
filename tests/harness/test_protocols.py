import json
import re
from pathlib import Path

import pytest

from pipeline.recipe.evaluation import EvaluationSettings
from pipeline.tasks import Task
from tests.fakes.openai_server import Call, FakeOpenAI
from tests.harness.small import OPTIONS, Evaluation, dataset, of, row, settings


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    tasks = (Task.FACTUAL_PAST, Task.FUTURE_PLANNING)
    made = [row(n, task=tasks[n % 2]) for n in range(4)]
    return Evaluation(tmp_path / "work", dataset(tmp_path / "dataset", made))


def asked(call: Call) -> str:
    return str(call.body["messages"][0]["content"])


def judging(call: Call) -> str:
    """A judge that says good things, and a model that says one of the options."""
    system = asked(call)
    if "You score answers" in system:
        scores = {"logic": 8, "factuality": 9, "accuracy": 7, "conciseness": 10, "overall": 8}
        return json.dumps(scores)
    if "is valid" in system:
        return json.dumps({"reason": "It is in view.", "valid": True})
    if "part by part" in system:
        parts = {"action": 1, "location": 0, "object_property": 1}
        return json.dumps({"reason": "The place is wrong.", **parts})
    if "route" in system:
        return json.dumps({"direction": 5, "landmark": 3, "logic": 1})
    if "<thinking>" in system:
        return "<thinking>A car.</thinking><answer>A car comes.</answer>"
    return "A car comes."


def measures(results: object, protocol: str, label: str = "core") -> dict[str, float]:
    found = of(results, label, protocol)  # type: ignore[arg-type]
    return {m.name: m.micro.graded.value for m in found.metrics if m.micro.graded}


def judged(url: str, *protocols: str, **more: object) -> EvaluationSettings:
    return settings(url, protocols=protocols, **more)


def test_judges_score_and_every_part_is_kept(evaluation: Evaluation) -> None:
    with FakeOpenAI(judging) as server:
        chosen = judged(server.base_url, "subjective", "pause-and-think", "route")
        results = evaluation.results(chosen)
    assert measures(results, "subjective") == {
        "overall": 8,
        "logic": 8,
        "factuality": 9,
        "accuracy": 7,
        "conciseness": 10,
    }
    parts = measures(results, "pause-and-think")
    assert parts == pytest.approx(
        {"weighted": 0.8, "valid": 1, "action": 1, "location": 0, "property": 1}
    )
    assert measures(results, "route") == {"mean": 3, "direction": 5, "landmark": 3, "logic": 1}
    assert results.judge == "judge"
    assert {name.partition("@")[0] for name in results.prompts} == {
        "evaluation/open",
        "evaluation/assist",
        "evaluation/judge_subjective",
        "evaluation/judge_valid",
        "evaluation/judge_parts",
        "evaluation/judge_route",
    }


def test_every_prompt_is_filled(evaluation: Evaluation) -> None:
    # Upstream's template went out with its placeholders in it.
    with FakeOpenAI(judging) as server:
        every = ("objective", "subjective", "pause-and-think", "route", "grounding", "gated")
        evaluation.run(judged(server.base_url, *every, judge=JUDGE_THAT_SEES))
        assert len(server.calls) > 50
        for call in server.calls:
            for message in call.body["messages"]:
                parts = message["content"]
                texts = [parts] if isinstance(parts, str) else [p.get("text", "") for p in parts]
                for text in texts:
                    assert not re.search(r"\{[{%#]|[%#}]\}|\{[a-z_]+\}", text), text
                    assert "None" not in text


JUDGE_THAT_SEES = {"kind": "endpoint", "model": "judge", "sees": "frames"}


def test_a_judge_that_sees_is_shown_the_frames_even_of_blind_answers(
    evaluation: Evaluation,
) -> None:
    with FakeOpenAI(judging) as server:
        evaluation.run(judged(server.base_url, "subjective", judge=JUDGE_THAT_SEES))
        shown = [
            sum(part["type"] == "image_url" for part in call.body["messages"][1]["content"])
            for call in server.calls
            if call.body["model"] == "judge"
        ]
    assert shown == [2] * 4  # core and blind say the same, which is judged once


def test_the_judge_is_not_told_what_the_model_thought(evaluation: Evaluation) -> None:
    with FakeOpenAI(judging) as server:
        evaluation.run(judged(server.base_url, "pause-and-think"))
        told = [str(c.body["messages"]) for c in server.calls if c.body["model"] == "judge"]
    assert told
    assert not any("thinking" in text for text in told)


def test_two_protocols_of_one_form_share_the_answers(evaluation: Evaluation) -> None:
    with FakeOpenAI(judging) as server:
        evaluation.run(judged(server.base_url, "subjective"))
        before = [call.body["model"] for call in server.calls]
        evaluation.run(judged(server.base_url, "subjective", "route"))
        after = [call.body["model"] for call in server.calls[len(before) :]]
        assert (before.count("small"), before.count("judge")) == (8, 4)
        assert after == ["judge"] * 4
        other = {"kind": "endpoint", "model": "judge", "label": "another judge"}
        evaluation.run(judged(server.base_url, "subjective", judge=other))
        assert [c.body["model"] for c in server.calls[8 + 8 :]] == ["judge"] * 4


def test_a_judge_that_says_no_score_fails_and_never_counts(evaluation: Evaluation) -> None:
    def sloppy(call: Call) -> str:
        return "8/10" if "You score answers" in asked(call) else judging(call)

    with FakeOpenAI(sloppy) as server:
        results = evaluation.results(judged(server.base_url, "subjective"))
    found = of(results, "core", "subjective")
    assert (found.asked, found.graded, found.failed) == (4, 0, {"InvalidJson": 4})
    assert found.metrics[0].micro.graded is None
    assert found.metrics[0].micro.lower is not None
    assert found.metrics[0].micro.lower.value == 1
    assert found.metrics[0].micro.upper is not None
    assert found.metrics[0].micro.upper.value == 10
    lines = (evaluation.root / "questions.jsonl").read_text().splitlines()
    assert all(json.loads(line)["measures"] == {} for line in lines)


def test_an_open_answer_is_right_if_near_the_reference_and_nearest(tmp_path: Path) -> None:
    made = dataset(tmp_path / "dataset", [row(n) for n in range(4)])
    evaluation = Evaluation(tmp_path / "work", made)

    def says(call: Call) -> str:
        number = int(call.text.partition("dog ")[2].split()[0])
        return {
            0: "Rain starts.",
            1: "It sleeps.",
            2: "It is because of a car that drives by over there.",
            3: "<think>What",
        }[number]

    with FakeOpenAI(says) as server:
        results = evaluation.results(settings(server.base_url, protocols=("similarity",)))
    found = of(results, "core", "similarity")
    assert (found.graded, found.unparsed) == (3, {"unfinished": 1})
    lines = [json.loads(t) for t in (evaluation.root / "questions.jsonl").read_text().splitlines()]
    core = {line["item"]: line["measures"] for line in lines if line["input"] == "core"}
    assert core["q000"]["accuracy"] == 1
    assert core["q000"]["to_reference"] == pytest.approx(1, abs=1e-3)
    assert core["q001"]["accuracy"] == 0
    assert core["q001"]["to_distractor"] == pytest.approx(1, abs=1e-3)
    # Nearest to the reference, and not near enough.
    assert core["q002"]["to_reference"] > core["q002"]["to_distractor"]
    assert core["q002"]["accuracy"] == 0
    assert OPTIONS[2] == "A car comes."


def test_times_and_letters_are_graded_together(evaluation: Evaluation) -> None:
    # The key is [9.5, 10.5] from the start of the video.
    with FakeOpenAI(lambda call: "A <> [9.5, 11.5]") as server:
        results = evaluation.results(settings(server.base_url, protocols=("grounding",)))
    found = measures(results, "grounding")
    assert found["iou"] == pytest.approx(0.5)
    assert found["iop"] == pytest.approx(0.5)
    assert (found["iou_0.5"], found["iou_0.7"]) == (1, 0)
    assert (found["accuracy"], found["acc_gqa"]) == (0.25, 0.25)
