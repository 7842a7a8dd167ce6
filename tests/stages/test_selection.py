from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recipe import Recipe
from pipeline.records import Judgement, Pair, Rejection, Sample
from pipeline.stages.selection import stage
from pipeline.stages.selection_rules.minhash import PERMUTATIONS
from pipeline.stages.selection_rules.views import RejectedByEvidence, RejectedByGrounding
from pipeline.store import BlobStore, Store
from tests.stages.selection_cases import (
    FRAMES,
    asked,
    choices,
    complete,
    file,
    grounded,
    judged,
    provenance,
    reasoned,
    video,
)
from tests.stages.units import kept, run, unit

STAGE = stage(Recipe(name="t"))
BLOBS = BlobStore(Store(Path("unused")))
NO = Judgement(criterion="not_subjective", passed=False, reason="It asks for taste.")
HUMAN = Judgement(criterion="override", passed=False, reason="The men are one man.")


def select(rows: Sequence[Any], *files: Any) -> dict[str, Sample | Rejection]:
    (outcome,) = run(STAGE, BLOBS, unit(STAGE, "v", *video(*files), *rows))
    found = kept(outcome)
    assert len({row.id for row in found}) == len(found)
    return {row.id: row for row in found}


def rejection(row: Sample | Rejection) -> Rejection:
    assert isinstance(row, Rejection), row
    return row


def sample(row: Sample | Rejection) -> Sample:
    assert isinstance(row, Sample), row
    return row


def test_a_good_question_becomes_a_sample_with_all_its_parts() -> None:
    question = asked("a")
    row = sample(select(complete(question))["a"])
    assert (row.question, row.answer, row.task) == (
        question.question,
        question.answer,
        "event_process",
    )
    assert [f.frame for f in row.core_frames] == list(FRAMES[:2])
    # 2.0 + 1/25 is after the video's end at 2.02.
    assert (row.start_seconds, row.end_seconds) == (0.0, 2.02)
    assert (row.video_start_seconds, row.video_seconds) == (0.0, 2.02)
    assert [(f.caption, f.blob, f.offset) for f in row.core_frames] == [
        ("Caption 0.", "b", 0),
        ("Caption 1.", "b", 100),
    ]
    assert row.key_items == ("car_1",)
    assert [b.item for b in row.boxes] == ["car_1"]
    assert [i.claim for i in row.intervals] == ["Claim 2.", "Claim 10."]
    assert [p.stage for p in row.provenance] == ["questions", "verdicts", "evidence", "options"]
    assert (row.options[0], row.letter) == (question.answer, "A")
    assert len(row.signature) == PERMUTATIONS


def test_a_question_without_options_is_published_without_them() -> None:
    question = asked("a")
    rows = [r for r in complete(question) if r != choices(question)]
    row = sample(select(rows)["a"])
    assert (row.options, row.letter) == ((), None)
    assert len(row.provenance) == 3


def test_what_nobody_said_of_the_video_has_a_stated_default() -> None:
    row = sample(select(complete(asked("a")), file("in/street.mp4"))["a"])
    assert (row.licence, row.source, row.split_group) == ("unknown", "street.mp4", "v")


def test_of_several_files_with_one_content_the_first_by_name_speaks() -> None:
    said = {"licence": "CC0", "source": "mine", "split_group": "p1"}
    files = [file("b.mp4"), file("a.mp4", **said, metadata=(Pair(key="goal", value="tea"),))]
    row = sample(select(complete(asked("a")), *files)["a"])
    assert (row.licence, row.source, row.split_group) == ("CC0", "mine", "p1")
    assert row.metadata == (Pair(key="goal", value="tea"),)


def test_a_video_without_questions_is_kept_without_rows() -> None:
    assert select([]) == {}


def test_the_judge_rejects_with_its_first_failed_criterion() -> None:
    question = asked("a")
    verdict = judged(question, passed=False, judgements=(NO, HUMAN))
    row = rejection(select([question, verdict])["a"])
    assert (row.stage, row.reason, row.message) == (
        "verdicts",
        "not_subjective",
        "It asks for taste.",
    )


def test_a_human_rejects_with_the_last_word() -> None:
    question = asked("a")
    verdict = judged(question, passed=False, overridden=True, judgements=(NO, HUMAN))
    row = rejection(select([question, verdict])["a"])
    assert (row.reason, row.message) == ("override", "The men are one man.")


@pytest.mark.parametrize("view", [RejectedByEvidence, RejectedByGrounding])
def test_a_rejection_of_an_earlier_stage_is_passed_on(view: type[Any]) -> None:
    question = asked("a")
    told = view(id="a", stage="there", reason="no_use", message="It is of no use.")
    row = rejection(select([question, judged(question), told])["a"])
    assert (row.stage, row.reason, row.message) == ("there", "no_use", "It is of no use.")
    assert (row.question, row.answer, row.video) == (question.question, question.answer, "v")


@pytest.mark.parametrize(
    ("rows", "missing"), [(0, "verdicts"), (1, "evidence"), (2, "grounding"), (3, None)]
)
def test_a_failure_upstream_is_named_by_its_stage(rows: int, missing: str | None) -> None:
    question = asked("a")
    there: list[list[Any]] = [[judged(question)], [reasoned(question)], grounded(question)]
    row = select([question, *(r for part in there[:rows] for r in part)])["a"]
    if missing is None:
        assert isinstance(row, Sample)
    else:
        assert (rejection(row).reason, rejection(row).stage) == ("incomplete", missing)
        assert f"`{missing}`" in rejection(row).message


def test_a_corrected_answer_is_the_one_that_is_judged_and_published() -> None:
    row = sample(select(complete(asked("a"), answer="The tram passes, then stops."))["a"])
    assert row.answer == "The tram passes, then stops."
    leak = asked("b", question="Why does the red tram stop here?")
    found = select(complete(leak, answer="The red tram."))["b"]
    assert (rejection(found).reason, rejection(found).answer) == ("answer_leaked", "The red tram.")


VIOLATIONS: list[tuple[str, dict[str, Any]]] = [
    ("empty_text", {"answer": "x"}),
    ("too_long", {"question": "why " * 200}),
    ("single_frame", {"frames": FRAMES[:1]}),
    ("answer_leaked", {"question": "Does the red car turn?", "answer": "The red car."}),
    ("perspective_drift", {"question": "What am I doing with it?"}),
    ("yes_no_bias", {"answer": "Yes."}),
]


@pytest.mark.parametrize(("reason", "changes"), VIOLATIONS)
def test_rules_reject_and_a_human_overrules_them(reason: str, changes: dict[str, Any]) -> None:
    question = asked("a", **changes)
    row = rejection(select(complete(question))["a"])
    assert (row.stage, row.reason) == ("selection", reason)
    assert row.message
    assert isinstance(select(complete(question, overridden=True))["a"], Sample)


def test_frames_of_another_group_cannot_be_overruled() -> None:
    question = asked("a", frames=(FRAMES[0], "v/f99"))
    for overridden in (False, True):
        row = rejection(select(complete(question, overridden=overridden))["a"])
        assert row.reason == "frames_outside_group"


def test_near_duplicates_within_the_video() -> None:
    first = asked("a")
    again = asked("b", question=first.question, answer=first.answer)
    found = select([*complete(first), *complete(again)])
    assert isinstance(found["a"], Sample)
    assert rejection(found["b"]).reason == "near_duplicate"
    found = select([*complete(first), *complete(again, overridden=True)])
    assert rejection(found["a"]).reason == "near_duplicate"
    assert isinstance(found["b"], Sample)


def test_a_rejected_question_takes_no_twin_with_it() -> None:
    first = asked("a", frames=FRAMES[:1])
    again = asked("b", question=first.question, answer=first.answer)
    found = select([*complete(first), *complete(again)])
    assert rejection(found["a"]).reason == "single_frame"
    assert isinstance(found["b"], Sample)


def test_the_first_person_may_speak_where_the_recipe_says_so() -> None:
    recipe = Recipe.model_validate({"name": "t", "identity": {"perspective": "first_person"}})
    assert stage(recipe).identity != STAGE.identity
    rows = complete(asked("a", question="What do I hold, and where does it go later?"))
    (outcome,) = run(stage(recipe), BLOBS, unit(STAGE, "v", *video(), *rows))
    assert isinstance(kept(outcome)[0], Sample)


ROWS = st.fixed_dictionaries(
    {
        "question": st.sampled_from(
            ["What is it?", "Where do I go?", "Why, red car?", "", "w" * 500]
        ),
        "answer": st.sampled_from(["Yes.", "No.", "The red car.", "It turns, then stops.", ""]),
        "frames": st.lists(st.sampled_from([*FRAMES, "v/f9"]), max_size=3).map(tuple),
    }
)


@given(
    st.lists(
        st.tuples(ROWS, st.booleans(), st.booleans(), st.frozensets(st.integers(0, 4))), max_size=8
    )
)
def test_every_question_is_a_sample_or_a_rejection(
    drawn: list[tuple[dict[str, Any], bool, bool, frozenset[int]]],
) -> None:
    rows: list[Any] = []
    for i, (changes, passed, overridden, dropped) in enumerate(drawn):
        question, *rest = complete(
            asked(f"q{i}", **changes),
            passed=passed,
            overridden=overridden,
            judgements=() if passed else (NO,),
        )
        rows += [question, *(row for place, row in enumerate(rest) if place not in dropped)]
    found = select(rows)
    assert set(found) == {f"q{i}" for i in range(len(drawn))}
    samples = [row for row in found.values() if isinstance(row, Sample)]
    for row in samples:
        assert {f.frame for f in row.core_frames} <= set(FRAMES)
        assert row.boxes
        assert provenance("questions") in row.provenance
