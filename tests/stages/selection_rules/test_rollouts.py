"""What selection makes of a policy's answers, where the recipe asked one."""

from pathlib import Path
from typing import Any

from pipeline.recipe import Recipe
from pipeline.records import Difficulty, Rejection, Sample
from pipeline.stages.selection import stage
from pipeline.stages.selection_rules.views import RejectedByEvidence, RejectedByRollouts
from pipeline.store import BlobStore, Store
from tests.stages.selection_cases import FRAMES, asked, complete, judged, provenance, video
from tests.stages.units import kept, run, unit

RECIPE = Recipe.model_validate(
    {"name": "t", "identity": {"rollouts": {"problem_type": "exact_match"}}}
)


def select(*rows: Any) -> dict[str, Sample | Rejection]:
    made = stage(RECIPE)
    (outcome,) = run(made, BlobStore(Store(Path("unused"))), unit(made, "v", *video(), *rows))
    return {row.id: row for row in kept(outcome)}


def difficulty(name: str, right: int) -> Difficulty:
    return Difficulty(
        id=name,
        video="v",
        problem_type="exact_match",
        problem="?",
        solution="A",
        spans=(),
        samples=8,
        right=right,
        unparsed=0,
        counted=8,
        pass_rate=right / 8,
        mean_reward=1.0,
        frames=FRAMES[:2],
        provenance=provenance("rollouts"),
    )


def dropped(name: str) -> RejectedByRollouts:
    return RejectedByRollouts(id=name, stage="rollouts", reason="all_right", message="8 of 8")


def test_a_sample_says_how_hard_it_was_and_for_whom() -> None:
    found = select(*complete(asked("a")), difficulty("a", 3))["a"]
    assert isinstance(found, Sample)
    assert found.difficulty == difficulty("a", 3)
    assert [part.stage for part in found.provenance][-2:] == ["options", "rollouts"]


def test_what_rollouts_dropped_is_passed_on_with_its_reason() -> None:
    found = select(*complete(asked("a")), difficulty("a", 8), dropped("a"))["a"]
    assert isinstance(found, Rejection)
    assert (found.stage, found.reason, found.message) == ("rollouts", "all_right", "8 of 8")


def test_a_policy_that_failed_leaves_the_question_incomplete() -> None:
    found = select(*complete(asked("a")))["a"]
    assert isinstance(found, Rejection)
    assert (found.stage, found.reason) == ("rollouts", "incomplete")


def test_an_earlier_stage_s_reason_comes_first() -> None:
    question = asked("a")
    unfit = RejectedByEvidence(id="a", stage="evidence", reason="no_evidence", message="none")
    found = select(question, judged(question), unfit, dropped("a"))["a"]
    assert isinstance(found, Rejection)
    assert found.reason == "no_evidence"
