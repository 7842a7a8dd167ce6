from pathlib import Path

import pytest

from tests.fakes.openai_server import Call, FakeOpenAI
from tests.harness.small import Evaluation, dataset, of, row, settings

# The fake's tokens are words, the first of probability 1, the next of exp(-1/8).
SURE = r"\boxed{A}"
WHOLE = r"\boxed{B}<think>It is C after all.</think>\boxed{C}"


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    made = dataset(tmp_path / "dataset", [row(n) for n in range(4)])
    return Evaluation(tmp_path / "work", made)


def short(call: Call) -> bool:
    return bool(call.body.get("logprobs"))


def number(call: Call) -> int:
    return int(call.text.partition("dog ")[2].split()[0])


def gated(call: Call) -> str:
    """Sure of question 0, unsure of 1, wants to think about 2; 3 says only letters."""
    if number(call) == 0:
        return SURE
    first = {1: "Well \\boxed{B} <think>I", 2: r"\boxed{Let's analyze the problem step by step.}"}
    return (
        first.get(number(call), "Answer: D")
        if short(call)
        else {
            1: WHOLE,
            2: r"\boxed{Let's analyze the problem step by step.}<think>C.</think>\boxed{C}",
        }.get(number(call), "Answer: D")
    )


def test_who_is_sure_is_not_asked_to_think(evaluation: Evaluation) -> None:
    with FakeOpenAI(gated) as server:
        results = evaluation.results(settings(server.base_url, protocols=("gated",)))
        lengths = {short(c): c.body["max_tokens"] for c in server.calls}
        assert lengths == {True: 64, False: 2048}
        whole = sorted(number(c) for c in server.calls if not short(c))
        assert whole == [1, 1, 2, 2, 3, 3]  # with frames, and blind
    found = of(results, "core", "gated")
    by_name = {m.name: m.micro.graded for m in found.metrics}
    assert found.graded == 4
    assert by_name["thought"] is not None
    assert by_name["thought"].value == 0.75
    # 0: A by the gate; 1: C is wrong, B was right; 2: C is right; 3: D without a box is right.
    assert by_name["accuracy"] is not None
    assert by_name["accuracy"].value == 0.75
    assert by_name["first_accuracy"] is not None
    assert by_name["first_accuracy"].value == 1


def test_another_threshold_asks_only_what_was_not_asked(evaluation: Evaluation) -> None:
    with FakeOpenAI(gated) as server:
        evaluation.run(settings(server.base_url, protocols=("gated",)))
        before = len(server.calls)
        looser = {"confidence": 0.5}
        chosen = settings(server.base_url, protocols=("gated",), gate=looser)
        found = of(evaluation.results(chosen), "core", "gated")
        assert len(server.calls) == before
    assert {m.name: m.micro.graded.value for m in found.metrics if m.micro.graded}["thought"] == 0.5


def test_without_log_probabilities_everything_is_thought_about(evaluation: Evaluation) -> None:
    found = of(evaluation.results(settings(protocols=("gated",))), "core", "gated")
    values = {m.name: m.micro.graded.value for m in found.metrics if m.micro.graded}
    assert values["thought"] == 1
    assert found.graded == 4
