import pyarrow as pa
import pytest

from pipeline.models.replies import DraftClaim, DraftKeyItem, EvidenceReply
from pipeline.outcome import Outcome, Rejected
from pipeline.records import Evidence, Mention, Question, Rejection
from pipeline.stages.evidence import AskedQuestion, PassedVerdict, flaw, stage
from pipeline.stages.passed import passed_only
from tests.stages.units import kept, run, unit
from tests.stages.writing import BLOBS, GROUP, asked, recipe


def reason(question: Question, answer: str | None = None, most: int = 4) -> Outcome:
    made = stage(recipe(evidence={"max_core_frames": most}))
    rows = [
        PassedVerdict(id=question.id, video="v", passed=True, answer=answer or question.answer),
        AskedQuestion(
            id=question.id,
            group="g",
            task=question.task,
            question=question.question,
            frames=question.frames,
        ),
        GROUP,
    ]
    (outcome,) = run(made, BLOBS, unit(made, question.id, *rows))
    return outcome


@pytest.mark.parametrize("question", asked(), ids=lambda q: q.task.value)
def test_evidence_leads_from_the_questions_frames_to_the_answer(question: Question) -> None:
    evidence, *mentions = kept(reason(question))
    assert isinstance(evidence, Evidence)
    assert evidence.core_frames == question.frames
    assert evidence.text == " ".join(claim.text for claim in evidence.claims)
    assert question.answer in evidence.text
    assert all(f"<obj>{item.item}</obj>" in evidence.text for item in evidence.key_items)
    assert evidence.text.count("<obj>") == len(evidence.key_items)
    wanted = {(m.id, m.frame, m.phrase) for m in mentions if isinstance(m, Mention)}
    assert wanted == {(i.mention, i.frame, i.phrase) for i in evidence.key_items}
    assert list(evidence.mentions) == sorted({i.mention for i in evidence.key_items})
    assert evidence.provenance.prompt == "evidence/program@1"


@pytest.mark.parametrize(("answer", "most"), [("A zebra passes.", 4), (None, 2)])
def test_a_question_without_evidence_is_rejected_and_does_not_vanish(
    answer: str | None, most: int
) -> None:
    question = next(q for q in asked() if len(q.frames) == 3)
    outcome = reason(question, answer, most)
    assert isinstance(outcome, Rejected)
    (row,) = outcome.rows
    assert isinstance(row, Rejection)
    assert (row.id, row.stage, row.reason) == (question.id, "evidence", "no_evidence")
    assert (row.message, row.answer) == (outcome.message, answer or question.answer)


def test_only_questions_that_passed_are_units() -> None:
    table = pa.table({"id": ["a", "b", "c"], "passed": [True, False, True]})
    found = passed_only().assign(table)
    assert found.unit_ids.to_pylist() == ["a", "c"]
    assert found.rows.tolist() == [0, 2]


def reply(text: str, *names: str, frame: str = "f") -> EvidenceReply:
    return EvidenceReply(
        key_items=tuple(
            DraftKeyItem(item=name, phrase="dog", frame=frame, near=None) for name in names
        ),
        claims=(DraftClaim(text=text, frames=("f",)),),
    )


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (reply("A dog."), "named no object"),
        (reply("<obj>dog_1</obj> runs.", "dog_1", "dog_2"), "no claim has <obj>dog_2</obj>"),
        (
            reply("<obj>dog_1</obj>, <obj>cat_1</obj>.", "dog_1"),
            "<obj>cat_1</obj>, which is no key item",
        ),
        (reply("<obj>dog_1</obj> runs.", "dog_1", "dog_1"), "two key items one name"),
        (reply("<obj>dog_1</obj> runs.", "dog_1", frame="x"), "x, outside the group"),
        (reply("<obj>dog_1</obj> runs after <obj>dog_1.", "dog_1"), "without its </obj>"),
        (reply("<obj>dog_1</obj> runs.", "dog_1"), None),
    ],
)
def test_a_reply_that_does_not_fit_together_is_no_evidence(
    draft: EvidenceReply, told: str | None
) -> None:
    found = flaw(draft, ["f", "g"], 2)
    assert found is None if told is None else told in (found or "")


def test_a_key_item_is_on_a_frame_that_a_claim_about_it_cites() -> None:
    draft = reply("<obj>dog_1</obj> runs.", "dog_1", frame="g")
    assert flaw(draft, ["f", "g"], 1) == "the evidence cites 2 frames, 1 are allowed"
    assert "names dog_1 cites the frame" in (flaw(draft, ["f", "g"], 2) or "")
    later = DraftClaim(text="Then <obj>dog_1</obj> rests.", frames=("g",))
    whole = EvidenceReply(key_items=draft.key_items, claims=(*draft.claims, later))
    assert flaw(whole, ["f", "g"], 2) is None
