"""The faults that were counted in Pause-and-Think's published rows, planted one by one."""

from typing import Any

import pytest

from pipeline.records import Unboxed
from pipeline.stages.selection_rules.address import pronoun_drift, screen_side, side_of_the_screen
from pipeline.stages.selection_rules.at_a_pause import findings_at
from pipeline.stages.selection_rules.concise import sentences, too_many_sentences
from pipeline.stages.selection_rules.finding import Text
from pipeline.stages.selection_rules.future import future_leak
from pipeline.stages.selection_rules.paused import Point, Stop, in_words
from pipeline.stages.selection_rules.perspective import Perspective
from pipeline.stages.selection_rules.privileged import context_in, privileged_context
from pipeline.stages.selection_rules.views import Case, WrittenFrom
from pipeline.stages.selection_rules.visible import object_not_visible
from tests.stages import selection_cases as cases

POINT = Point(
    id="g",
    policy="tile",
    clip_start_seconds=0.0,
    clip_end_seconds=10.0,
    shown_start_seconds=0.0,
    question_seconds=5.0,
)


def text(answer: str = "Take the cup on your left.", evidence: str = "You have a cup.") -> Text:
    return Text("What do I do next?", answer, evidence)


@pytest.mark.parametrize(
    "words",
    [
        "I see in the video that the user picks up the kettle.",
        "Later in the video you pour the water.",
        "The video then shows a kettle.",
        "You later take the kettle.",
        "After the paused moment the water boils.",
        "At 7.5 seconds the water boils.",
        "You have a knife in front of you.",
    ],
)
def test_the_future(words: str) -> None:
    for planted in (text(answer=words), text(evidence=words)):
        found = future_leak(planted, 5.0, frozenset({"knife"}))
        assert found is not None and found.reason == "future_leak"


@pytest.mark.parametrize(
    "words",
    [
        "At 4.5 seconds the water boils.",
        "Take the cup, then fill it later.",
        "I see in the video that the user is holding a pan.",
        "Stir for 30 seconds.",
        "You have a cup in front of you.",
    ],
)
def test_what_is_no_future(words: str) -> None:
    assert future_leak(text(answer=words), 5.0, frozenset({"knife"})) is None


@pytest.mark.parametrize(
    "words",
    [
        "The object list provided for this task has a cup.",
        "The task context confirms it.",
        "According to the annotation you hold a cup.",
        "The cup is in the list provided.",
        "The provided list has a cup.",
        "The captions say so.",
    ],
)
def test_what_only_the_writer_was_given(words: str) -> None:
    found = privileged_context(text(evidence=words))
    assert found is not None and found.reason == "privileged_context"
    assert context_in("The list of groceries is on the fridge, and the note says tea.") is None


@pytest.mark.parametrize(
    ("planted", "drifts"),
    [
        (text(answer="I am holding a cup."), True),
        (text(evidence="My hand is on the cup."), True),
        (text(evidence="The user has a cup; you hold it."), True),
        (text(evidence="The wearer has a cup."), True),
        (text(evidence="I see a cup, so I conclude that you want tea."), False),
        (text(evidence='The sign says "my shop".'), False),
        (text(), False),
    ],
)
def test_who_is_spoken_of(planted: Text, drifts: bool) -> None:
    found = pronoun_drift(planted)
    assert (found is not None and found.reason == "pronoun_drift") == drifts


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("It is on the left side of the screen.", True),
        ("It is in the right of the frame.", True),
        ("It is at frame left.", True),
        ("It is on the left-hand side of your view.", True),
        ("It is on your left.", False),
        ("It is on the left side of the sink.", False),
        ("A picture hangs on the right of the door.", False),
        ('The screen says "left side of the screen".', False),
    ],
)
def test_the_screens_side(words: str, wrong: bool) -> None:
    assert bool(screen_side(words)) == wrong
    found = side_of_the_screen(text(answer=words))
    assert (found is not None and found.reason == "screen_side") == wrong


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ("Take the cup.", 1),
        ("Take the cup", 1),
        ("Take 1.5 l of water. It is on your left.", 2),
        ("Ask Dr. Smith, e.g. by phone. He knows.", 2),
        ("Take it. Fill it. Drink it.", 3),
        ("Really? Yes! Do it.", 3),
        ("", 0),
    ],
)
def test_sentences(answer: str, count: int) -> None:
    assert sentences(answer) == count
    found = too_many_sentences(answer)
    assert (found is not None and found.reason == "not_concise") == (count > 2)


def test_what_is_not_to_be_seen() -> None:
    question = cases.asked("a")
    box = cases.grounded(question)[0]
    missing = Unboxed(
        id="a#knife_1", question="a", video="v", item="knife_1", phrase="knife", frame=box.frame,
        reason="not_found",
    )  # fmt: skip
    assert object_not_visible([box], [], {box.frame}) is None
    found = object_not_visible([box], [missing], {box.frame})
    assert found is not None and "knife_1 has no box" in found.message
    found = object_not_visible([box], [], {"v/f99"})
    assert found is not None and found.reason == "object_not_visible"


def case(**changes: Any) -> Case:
    question = cases.asked("a", question="Where is my cup?", answer="It is on your left.")
    group = next(row for row in cases.video() if isinstance(row, WrittenFrom))
    values: dict[str, Any] = {
        "asked": question,
        "group": group,
        "judged": cases.judged(question),
        "reasoned": cases.reasoned(question, text="You have a <obj>cup_1</obj>."),
        "rejected": None,
        "choices": None,
        "boxes": tuple(cases.grounded(question)[:1]),
        "unboxed": (),
        "intervals": (),
    }
    return Case(**(values | changes))


@pytest.mark.parametrize(
    ("perspective", "reasons"),
    [("first_person", {"screen_side"}), ("third_person", set())],
)
def test_sides_of_the_picture_are_those_of_an_onlooker(
    perspective: Perspective, reasons: set[str]
) -> None:
    stop = Stop(POINT, frozenset())
    assert not any(findings_at(stop, case(), perspective))
    question = cases.asked("a")
    planted = case(judged=cases.judged(question, answer="On the left side of the picture."))
    assert {f.reason for f in findings_at(stop, planted, perspective) if f} == reasons


def test_tags_are_no_words() -> None:
    assert in_words("A <obj>wine_glass_2</obj> stands.") == "A wine glass stands."
    (found,) = filter(None, findings_at(Stop(POINT, frozenset({"cup"})), case(), "first_person"))
    assert found.message.endswith("speaks of cup, which shows only after the pause")
