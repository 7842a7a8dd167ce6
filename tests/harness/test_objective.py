import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.harness.dataset import read_questions
from tests.fakes.openai_server import Call, FakeOpenAI, Refusal
from tests.harness.small import Evaluation, dataset, of, row, settings


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    made = dataset(tmp_path / "dataset", [row(n) for n in range(8)])
    return Evaluation(tmp_path / "work", made)


def number(call: Call) -> int:
    """Of the question that is asked."""
    return int(call.text.partition("dog ")[2].split()[0])


def pictures(call: Call) -> int:
    content = call.body["messages"][-1]["content"]
    return sum(part["type"] == "image_url" for part in content) if isinstance(content, list) else 0


def knows(call: Call) -> str:
    """Right wherever pictures are shown, and always `A` where none are."""
    return f"Answer: {'ABCD'[number(call) % 4] if pictures(call) else 'A'}"


def test_a_model_is_asked_with_the_core_frames_and_blind(evaluation: Evaluation) -> None:
    with FakeOpenAI(knows) as server:
        results = evaluation.results(settings(server.base_url))
        assert sorted(map(pictures, server.calls)) == [0] * 8 + [2] * 8
        assert all("response_format" not in call.body for call in server.calls)
    seen, blind = of(results, "core", "objective"), of(results, "blind", "objective")
    assert (seen.asked, seen.graded, seen.videos) == (8, 8, 3)
    assert seen.metrics[0].micro.graded is not None
    assert seen.metrics[0].micro.graded.value == 1
    assert blind.metrics[0].micro.graded is not None
    assert blind.metrics[0].micro.graded.value == 0.25
    assert results.model.label == "small@1"
    assert results.model.reported == ["small"]
    assert set(results.prompts) == {"evaluation/choice@1"}
    assert json.loads((evaluation.root / "results.json").read_text())["format"] == 1


def test_no_key_is_told(evaluation: Evaluation) -> None:
    with FakeOpenAI(lambda call: "Answer: A") as server:
        evaluation.run(settings(server.base_url))
        for call in server.calls:
            told = json.dumps(call.body["messages"])
            assert "letter" in told  # what it shall answer with
            assert not any(word in told for word in ("correct", "evidence", "dog_1"))


def test_what_is_open_is_counted_and_never_wrong(evaluation: Evaluation) -> None:
    def answer(call: Call) -> str:
        return {0: "A man walks.", 1: "Answer: A or B"}.get(number(call), knows(call))

    def refuse(call: Call) -> Refusal | None:
        return Refusal("no") if number(call) == 2 and pictures(call) else None

    with FakeOpenAI(answer, refuse) as server:
        results = evaluation.results(settings(server.base_url))
    found = of(results, "core", "objective")
    assert (found.asked, found.graded) == (8, 5)
    assert found.unparsed == {"no_answer": 1, "several": 1}
    assert found.failed == {"Refused": 1}
    micro = found.metrics[0].micro
    assert micro.graded is not None
    assert micro.lower is not None
    assert micro.upper is not None
    assert (micro.graded.value, micro.lower.value, micro.upper.value) == (1, 5 / 8, 1)
    lines = [json.loads(t) for t in (evaluation.root / "questions.jsonl").read_text().splitlines()]
    (failed,) = [line for line in lines if line["ending"] == "failed"]
    assert failed["item"] == "q002"
    assert "refused" in failed["message"]
    assert failed["measures"] == {}


def test_what_is_done_is_not_done_again_and_what_failed_is_on_demand(
    evaluation: Evaluation,
) -> None:
    broken = {"on": True}

    def refuse(call: Call) -> Refusal | None:
        return Refusal("no") if broken["on"] and number(call) == 2 else None

    with FakeOpenAI(knows, refuse) as server:
        chosen = settings(server.base_url)
        evaluation.run(chosen)
        asked = len(server.calls)
        assert set(evaluation.run(chosen).ran.values()) == {0}
        broken["on"] = False
        assert of(evaluation.results(chosen), "core", "objective").failed == {"Refused": 1}
        assert len(server.calls) == asked
        again = evaluation.results(chosen, retry=True)
        assert of(again, "core", "objective").failed == {}
        assert len(server.calls) == asked + 2


def test_the_baseline_needs_no_endpoint(evaluation: Evaluation) -> None:
    results = evaluation.results(settings())
    found = of(results, "blind", "objective")
    assert (found.graded, found.asked) == (8, 8)
    assert found.metrics[0].micro.graded is not None
    assert found.metrics[0].micro.graded.value == 0.25  # `It is hungry.` is the longest
    assert results.model.kind == "program"
    assert results.inputs[0].cost.tokens_in is None


def test_questions_without_options_are_skipped(tmp_path: Path) -> None:
    rows = [row(n, **({"options": (), "letter": None} if n < 3 else {})) for n in range(8)]
    results = Evaluation(tmp_path / "work", dataset(tmp_path / "dataset", rows)).results(settings())
    found = of(results, "core", "objective")
    assert (found.asked, found.skipped) == (5, 3)


def test_a_dataset_without_pictures_says_so_of_each_question(tmp_path: Path) -> None:
    bare = tuple(replace(frame, image=None) for frame in row(1).core_frames)
    made = dataset(tmp_path / "dataset", [row(0), row(1, core_frames=bare)])
    results = Evaluation(tmp_path / "work", made).results(settings())
    found = of(results, "core", "objective")
    assert (found.graded, found.failed) == (1, {"no_pictures": 1})
    assert of(results, "blind", "objective").graded == 2


def test_a_folder_that_is_no_dataset_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no dataset that demitasse published"):
        read_questions(tmp_path, "test")
    made = dataset(tmp_path / "dataset", [row(0)])
    with pytest.raises(InputError, match=r"no question in the split 'train'; it has test \(1\)"):
        read_questions(made, "train")


def test_the_hash_of_the_questions_is_that_of_their_content(tmp_path: Path) -> None:
    rows = [row(n) for n in range(3)]
    one = read_questions(dataset(tmp_path / "a", rows), "test")
    moved = read_questions(dataset(tmp_path / "b", rows), "test")
    other = read_questions(dataset(tmp_path / "c", [*rows[:2], row(2, letter="A")]), "test")
    assert one.sha256 == moved.sha256 != other.sha256
