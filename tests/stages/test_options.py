from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pipeline.errors import PromptError
from pipeline.models.replies import DraftDistractor, OptionsReply
from pipeline.models.writer import Reply, Request
from pipeline.outcome import Outcome, Rejected, Usage
from pipeline.recipe import Recipe
from pipeline.records import DetectedObject, GroupFrame, Options, Provenance
from pipeline.stages.lettering import LETTERS
from pipeline.stages.options import (
    AskedText,
    OtherAnswer,
    PassedAnswer,
    Shown,
    stage,
)
from pipeline.stages.passed import passed_only
from pipeline.stages.writing import AskingWorker
from pipeline.store import BlobStore, Store
from tests.stages.units import kept, run, unit

STAGE = stage(Recipe(name="t"))
BLOBS = BlobStore(Store(Path("unused")))


def frame(ordinal: int, *labels: str, caption: str = "") -> GroupFrame:
    return GroupFrame(
        frame=f"v/f{ordinal}",
        frame_index=ordinal,
        pts_seconds=float(ordinal),
        scene=0,
        caption=caption,
        objects=tuple(
            DetectedObject(label=label, bbox=(0, 0, 1, 1), score=0.9) for label in labels
        ),
    )


def options(
    answer: str, *frames: GroupFrame, question: str = "What is there?", other: str = "Nothing."
) -> Outcome:
    row = unit(
        STAGE,
        "q",
        PassedAnswer(id="q", video="v", passed=True, answer=answer),
        AskedText(id="q", question=question, frames=("v/f1", "v/f2")),
        OtherAnswer(id="q", passed=True, answer=answer),
        OtherAnswer(id="r", passed=True, answer=other),
        OtherAnswer(id="s", passed=False, answer="At first a bus, then a car."),
        Shown(id="g", frames=frames),
    )
    (outcome,) = run(STAGE, BLOBS, row)
    return outcome


def row(outcome: Outcome) -> Options:
    (found,) = kept(outcome)
    assert isinstance(found, Options)
    return found


def test_the_answer_stands_at_the_letter_among_four() -> None:
    answer = "At first a car, then a bus."
    found = row(options(answer, frame(1, "car"), frame(2, "bus")))
    assert len(set(found.options)) == 4
    assert found.options[LETTERS.index(found.letter)] == answer
    assert (found.id, found.video, found.provenance.stage) == ("q", "v", "options")
    made = found.provenance
    assert (made.writer, made.model, made.answer_source) == ("program", "program@1", "derived")
    assert made.prompt == "options/program@2"


def test_the_order_is_traded_unless_a_cited_frame_shows_both() -> None:
    answer, traded = "At first a car, then a bus.", "At first a bus, then a car."
    assert traded in row(options(answer, frame(1, "car"), frame(2, "bus"))).options
    assert traded not in row(options(answer, frame(1, "car", "bus"), frame(2, "bus"))).options
    # A frame that the question does not cite may show what it likes.
    later = frame(3, "car", "bus")
    assert traded in row(options(answer, frame(1, "car"), frame(2, "bus"), later)).options


def test_what_is_true_elsewhere_in_the_video_is_not_offered_as_false() -> None:
    answer, traded = "At first a car, then a bus.", "At first a bus, then a car."
    assert traded not in row(options(answer, frame(1), other=traded)).options


def test_objects_that_any_frame_shows_or_any_caption_names_are_not_offered() -> None:
    seen = ("train", "truck")
    captioned = "A boat, a motorcycle and people on a bike."
    found = row(options("There is a car.", frame(1, *seen), frame(2, caption=captioned)))
    assert not any(
        word in text for text in found.options for word in ("train", "truck", "boat", "bicycle")
    )


def test_an_answer_that_cannot_be_made_false_is_rejected_with_the_reason() -> None:
    outcome = options("Because it rains.")
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_distractors"
    assert "0 of 3" in outcome.message


SPENT = Usage(tokens_in=70, tokens_out=30, cost_usd=0.5)


@dataclass
class Stub:
    """A writer that gives these distractors, whatever it is asked."""

    texts: Sequence[str]

    def answer(self, requests: Sequence[Request]) -> Sequence[Reply]:
        drafts = tuple(DraftDistractor(text=text, why_wrong="So shown.") for text in self.texts)
        made = Provenance(
            stage="options",
            writer="endpoint",
            model="stub",
            prompt="stub@1",
            prompt_sha256="0" * 64,
            answer_source="model",
        )
        return [Reply(OptionsReply(distractors=drafts), made, SPENT) for _ in requests]


def told(*texts: str) -> Outcome:
    """What the stage makes of a writer's distractors for "He opens the door."."""
    worker = STAGE.worker(BLOBS)
    assert isinstance(worker, AskingWorker)
    row = unit(
        STAGE,
        "q",
        PassedAnswer(id="q", video="v", passed=True, answer="He opens the door."),
        AskedText(id="q", question="What does he do?", frames=("v/f1",)),
        OtherAnswer(id="r", passed=True, answer="He greets a dog."),
        OtherAnswer(id="s", passed=False, answer="He greets a cat."),
        Shown(id="g", frames=(frame(1, "person"),)),
    )
    (outcome,) = replace(worker, writer=Stub(texts))([row])
    return outcome


GOOD = ("He closes the door.", "He paints the door.", "He greets a cat.")


def test_any_writers_distractors_are_kept_with_who_wrote_them_and_what_it_cost() -> None:
    outcome = told(*GOOD)
    found = row(outcome)
    assert set(found.options) == {"He opens the door.", *GOOD}
    assert found.options[LETTERS.index(found.letter)] == "He opens the door."
    assert (found.provenance.model, found.provenance.prompt) == ("stub", "stub@1")
    assert outcome.usage == SPENT


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (GOOD[:2], "gave 2 of 3 distractors"),
        ((*GOOD, "He oils the door."), "gave 4 of 3 distractors"),
        ((*GOOD[:2], "he  CLOSES the door"), "two distractors are the same"),
        ((*GOOD[:2], " HE opens  the door"), "'HE opens  the door' is a true answer"),
        ((*GOOD[:2], "He greets a DOG."), "'He greets a DOG.' is a true answer"),
        ((*GOOD[:2], "He closes the door. " * 3), "have from 18 to 59 characters"),
        ((*GOOD[:2], "Runs."), "have from 5 to 19 characters"),
    ],
    ids=["two", "four", "twins", "the answer", "another truth", "long", "short"],
)
def test_distractors_that_are_none_are_rejected_with_the_reason_and_what_they_cost(
    texts: Sequence[str], why: str
) -> None:
    outcome = told(*texts)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_distractors"
    assert why in outcome.message
    assert outcome.usage == SPENT


def test_only_questions_that_passed_are_units() -> None:
    table = pa.table({"id": ["a", "b", "c"], "passed": [True, False, True]})
    members = passed_only().assign(table)
    assert members.unit_ids.to_pylist() == ["a", "c"]
    assert np.array_equal(members.rows, [0, 2])


def test_the_prompt_and_the_length_ratio_are_in_the_identity(tmp_path: Path) -> None:
    changed = Recipe.model_validate(
        {"name": "t", "identity": {"options": {"max_length_ratio": 2.0}}}
    )
    assert stage(changed).identity != STAGE.identity
    own = tmp_path / "own.md"
    own.write_text("---\nid: own\nversion: 1\ninputs: []\n---\nopposites: {}\n")
    with pytest.raises(PromptError, match="no table of distractor rules"):
        stage(Recipe.model_validate({"name": "t", "identity": {"options": {"prompt": str(own)}}}))
