from tests.models.program.groups import CENTRE, LEFT, RIGHT, evidence, group, seen

FRAMES = group(
    (0, [seen("person", LEFT), seen("bicycle", CENTRE), seen("dog", RIGHT)]),
    (0, [seen("person", RIGHT), seen("bicycle", CENTRE)]),
    (1, [seen("car", LEFT), seen("car", RIGHT), seen("car", CENTRE)]),
)


def test_the_objects_of_the_answer_are_key_items_where_the_writer_saw_them() -> None:
    answer = (
        "At 0.0 seconds the person is to the left of the bicycle; "
        "at 0.5 seconds the person is to the right of the bicycle."
    )
    reply = evidence(FRAMES, answer, ["v/f0", "v/f1"])
    items = {i.item: (i.phrase, i.frame, i.near) for i in reply.key_items}
    assert items == {
        "person_1": ("person", "v/f0", LEFT),
        "bicycle_1": ("bicycle", "v/f0", CENTRE),
        "person_2": ("person", "v/f1", RIGHT),
        "bicycle_2": ("bicycle", "v/f1", CENTRE),
    }
    first, second, last = reply.claims
    assert "<obj>person_1</obj> on the left and <obj>bicycle_1</obj> in the centre" in first.text
    assert (first.frames, second.frames) == (("v/f0",), ("v/f1",))
    assert last.text.endswith(answer)
    assert last.frames == ("v/f0", "v/f1")


def test_the_object_that_the_answer_places_is_taken() -> None:
    reply = evidence(FRAMES, "At 1.0 seconds a car on the right.", ["v/f2"])
    assert [(i.item, i.near) for i in reply.key_items] == [("car_1", RIGHT)]


def test_a_plural_is_borne_out_by_two() -> None:
    reply = evidence(FRAMES, "At 1.0 seconds cars.", ["v/f2"])
    assert [i.item for i in reply.key_items] == ["car_1", "car_2"]
    assert len({i.near for i in reply.key_items}) == 2


def test_an_answer_without_times_is_borne_out_by_what_it_names_or_the_question_does() -> None:
    cited = ["v/f0", "v/f1"]
    assert {i.phrase for i in evidence(FRAMES, "The person crosses.", cited).key_items} == {
        "person"
    }
    asked = evidence(FRAMES, "It stays.", cited, question="What does the bicycle do?")
    assert [i.item for i in asked.key_items] == ["bicycle_1", "bicycle_2"]


def test_no_evidence_where_a_frame_shows_nothing_of_it_or_frames_are_too_many() -> None:
    assert evidence(FRAMES, "A person passes.", ["v/f0", "v/f2"]).key_items == ()
    assert evidence(FRAMES, "It is good.", ["v/f0", "v/f1"]).key_items == ()
    assert evidence(FRAMES, "A person passes.", ["v/f0", "v/f1"], most=1).key_items == ()
