import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.replies import QuestionsReply
from pipeline.records import Bbox, DetectedObject, GroupFrame
from pipeline.stages.evidence import flaw
from pipeline.tasks import Task
from tests.models.program.groups import (
    CENTRE,
    LEFT,
    RIGHT,
    as_json,
    ask,
    evidence,
    group,
    judge,
    questions,
    seen,
)

PASSING = group(
    (0, [seen("person", LEFT), seen("bicycle", CENTRE)]),
    (0, [seen("person", CENTRE)]),
    (0, [seen("person", RIGHT), seen("bicycle", CENTRE)]),
)


def answers(frames: list[GroupFrame], task: Task) -> list[str]:
    return [q.answer for q in questions(frames, tasks=[task])]


def test_a_path_names_every_step() -> None:
    found = questions(PASSING, tasks=[Task.EVENT_PROCESS])[0]
    assert found.frames == ("v/f0", "v/f1", "v/f2")
    assert (
        "at 0.0 seconds on the left, at 0.5 seconds in the centre and at 1.0 seconds on the right"
        in found.answer
    )


def test_objects_that_change_sides() -> None:
    (found,) = questions(PASSING, tasks=[Task.INTERACTION_DYNAMICS])
    assert found.frames == ("v/f0", "v/f2")
    assert found.answer == (
        "At 0.0 seconds the person is to the left of the bicycle; "
        "at 1.0 seconds the person is to the right of the bicycle."
    )


def test_objects_that_meet() -> None:
    near: Bbox = (0.3, 0.2, 0.5, 0.9)
    frames = group(
        (0, [seen("person", LEFT), seen("bicycle", RIGHT)]),
        (0, [seen("person", near), seen("bicycle", CENTRE)]),
    )
    (answer,) = answers(frames, Task.INTERACTION_DYNAMICS)
    assert "apart from" in answer.split(";")[0]
    assert "overlapping" in answer.split(";")[1]


def test_an_order_takes_frames_that_show_one_of_the_labels() -> None:
    frames = group(
        (0, [seen("dog")]),
        (1, [seen("car"), seen("dog", LEFT, 0.41)]),
        (2, [seen("car", score=0.85)]),
        (3, [seen("bus"), seen("car")]),
        (3, [seen("bus", score=0.85)]),
    )
    (found,) = questions(frames, tasks=[Task.EVENT_PROCESS])
    assert found.frames == ("v/f0", "v/f2", "v/f4")
    assert "at 0.0 seconds a dog, at 1.0 seconds a car and at 2.0 seconds a bus" in found.answer
    assert "a bus, a car and a dog" in found.question


def test_vehicles_of_two_moments() -> None:
    frames = group(
        (0, [seen("car", LEFT), seen("car", RIGHT), seen("person")]), (1, [seen("bicycle")])
    )
    (answer,) = answers(frames, Task.TRAFFIC_ANALYSIS)
    assert "at 0.0 seconds cars; at 0.5 seconds a bicycle" in answer


def test_a_moment_with_a_vehicle_in_doubt_is_not_told() -> None:
    frames = group((0, [seen("car"), seen("bus", LEFT, 0.45)]), (1, [seen("bicycle")]))
    assert not answers(frames, Task.TRAFFIC_ANALYSIS)


def test_a_narrative_goes_from_scene_to_scene() -> None:
    frames = group((0, [seen("dog", LEFT)]), (1, [seen("cat")]), (2, [seen("dog", RIGHT)]))
    (answer,) = answers(frames, Task.NARRATIVE_STRUCTURING)
    assert (
        "at 0.0 seconds a dog on the left; at 0.5 seconds a cat in the centre; "
        "at 1.0 seconds a dog on the right" in answer
    )


@pytest.mark.parametrize(
    "frames",
    [
        group((0, [seen("person", LEFT, 0.49)]), (5, [seen("person", RIGHT, 0.49)])),
        group((0, [seen("vase", LEFT, 0.6)]), (5, [])),
        group((0, [seen("person", LEFT)])),
        group((0, [seen("person")]), (0, [seen("person")])),
        group((0, [seen("car")]), (1, [seen("car")])),
        group((0, []), (1, [])),
    ],
    ids=["low score", "uncorroborated", "single frame", "no change", "same count", "empty"],
)
def test_what_is_not_certain_or_does_not_change_is_not_claimed(frames: list[GroupFrame]) -> None:
    assert questions(frames) == ()


def test_a_box_that_only_grows_has_not_moved() -> None:
    part: Bbox = (0.05, 0.2, 0.3, 0.9)
    whole: Bbox = (0.05, 0.2, 0.7, 0.9)
    frames = group((0, [seen("bicycle", part)]), (0, [seen("bicycle", whole)]))
    assert not answers(frames, Task.SITUATIONAL_AWARENESS)


def test_objects_that_cannot_be_told_apart_are_not_placed() -> None:
    frames = group(
        (0, [seen("car", LEFT)]), (0, [seen("car", RIGHT)]), (0, [seen("car"), seen("car", LEFT)])
    )
    assert not answers(frames, Task.SITUATIONAL_AWARENESS)


def test_an_object_that_comes_back_much_later_may_be_another() -> None:
    frames = group((0, [seen("person", LEFT)]), (0, [seen("person", CENTRE)]), step=4)
    (found,) = questions(frames)
    assert "a person" in f"{found.question} {found.answer}".casefold()
    assert "the person" not in f"{found.question} {found.answer}".casefold()


def test_moments_that_read_the_same_are_not_compared() -> None:
    frames = group((0, [seen("dog", LEFT)]), (1, [seen("dog", RIGHT)]), step=0.1)
    assert not answers(frames, Task.SITUATIONAL_AWARENESS)
    assert not answers(frames, Task.NARRATIVE_STRUCTURING)


def test_only_wanted_tasks_and_no_more_than_asked() -> None:
    assert len(questions(PASSING)) > 2
    assert len(questions(PASSING, per_group=2)) == 2
    assert {q.task for q in questions(PASSING, tasks=[Task.EVENT_PROCESS])} == {Task.EVENT_PROCESS}
    assert questions(PASSING, tasks=[Task.COOKING_STEPS]) == ()


def test_tasks_differ_before_one_comes_twice() -> None:
    tasks = [q.task for q in questions(PASSING)]
    assert len(set(tasks[:3])) == 3


def test_perspective() -> None:
    first = questions(PASSING, perspective="first_person")
    assert any("my view" in q.question for q in first)
    assert not any("video" in q.question + q.answer for q in first)
    assert not any("my view" in q.question + q.answer for q in questions(PASSING))


def test_wordings_vary_between_groups_and_not_between_runs() -> None:
    inputs = {
        "tasks": [Task.INTERACTION_DYNAMICS],
        "per_group": 1,
        "perspective": "third_person",
    }
    said = set()
    for number in range(12):
        frames = as_json(PASSING)
        for frame in frames:
            frame["frame"] = f"{number}/{frame['frame']}"
        once, again = (ask("questions", QuestionsReply, frames=frames, **inputs) for _ in "ab")
        assert once == again
        said.add(once.questions[0].question)
    assert len(said) == 2


@st.composite
def objects(draw: st.DrawFn) -> DetectedObject:
    x, y = draw(st.floats(0, 0.7)), draw(st.floats(0, 0.7))
    bbox = (x, y, draw(st.floats(x + 0.05, 1)), draw(st.floats(y + 0.05, 1)))
    label = draw(st.sampled_from(["person", "car", "bicycle", "traffic light", "skis"]))
    return seen(label, bbox, draw(st.floats(0.4, 1)))


FRAMES = st.tuples(st.integers(0, 2), st.lists(objects(), max_size=4))


@given(st.lists(FRAMES, max_size=8), st.floats(0.05, 40))
def test_every_question_passes_the_judge_and_has_evidence(
    frames: list[tuple[int, list[DetectedObject]]], step: float
) -> None:
    made = group(*sorted(frames, key=lambda f: f[0]), step=step)
    for q in questions(made):
        assert len(q.frames) >= 2
        verdict = judge(made, q.answer, q.frames, q.question)
        assert all(verdict.values()), (q, verdict)
        reply = evidence(made, q.answer, q.frames, q.question)
        assert flaw(reply, [f.frame for f in made], 4) is None, (q, reply)
        assert {f for c in reply.claims for f in c.frames} == set(q.frames)
