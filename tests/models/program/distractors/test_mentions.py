import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.coco import LABELS, many, one
from pipeline.models.program.distractors.mentions import find_mentions, labels_in, rename


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("First a person, then an oven.", [("a person", "person"), ("an oven", "oven")]),
        ("A pair of skis and the man.", [("A pair of skis", "skis"), ("man", "person")]),
        ("Cars pass the traffic light.", [("Cars", "car"), ("traffic light", "traffic light")]),
        ("a stop. sign of a catalogue", []),
        ("Two women on bikes", [("women", "person"), ("bikes", "bicycle")]),
    ],
)
def test_objects_are_found_by_name_plural_and_synonym(
    text: str, expected: list[tuple[str, str]]
) -> None:
    found = [(text[m.start : m.end], m.label) for m in find_mentions(text)]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("A car waits.", "oven", "An oven waits."),
        ("Cars wait.", "person", "People wait."),
        ("The car waits.", "skis", "The skis waits."),
        ("Two women wait.", "bus", "Two buses wait."),
    ],
)
def test_another_object_takes_the_form_of_the_one_it_replaces(
    text: str, label: str, expected: str
) -> None:
    (mention,) = find_mentions(text)
    assert rename(text, {mention: label}) == expected


@given(st.sampled_from(sorted(LABELS.values())), st.sampled_from([str, one, many]))
def test_every_label_is_found_in_every_form(label: str, form: type[str]) -> None:
    assert labels_in(f"There: {form(label)}!") == {label}
