import pytest

from pipeline.stages.route_rules.actions import action_in, actions
from tests.stages.routing import captioned


@pytest.mark.parametrize(
    ("caption", "action"),
    [
        ("A person is opening the door of a car.", "opening the door"),
        ("Someone washing dishes in the sink", "washing dishes in the sink"),
        ("The view shows a building in the morning.", None),
        ("A man walking while holding a bag", "walking"),
        ("A man is cutting a tomato.", "cutting a tomato"),
        ("", None),
    ],
)
def test_an_action_is_a_verb_with_what_belongs_to_it(caption: str, action: str | None) -> None:
    assert action_in(caption) == action


def test_an_action_begins_where_it_is_first_told_and_counts_once() -> None:
    told = ["Cutting bread.", "A hand cutting bread.", "A wall.", "Opening a jar.", "Eating."]
    found = actions([captioned(i, text) for i, text in enumerate(told)])
    assert [(m.name, m.seconds) for m in found] == [
        ("cutting bread", 0.0),
        ("opening a jar", 3.0),
        ("eating", 4.0),
    ]


def test_an_action_that_comes_again_has_no_place_in_an_order() -> None:
    told = ["Cutting bread.", "Opening a jar.", "Cutting bread.", "Eating."]
    found = actions([captioned(i, text) for i, text in enumerate(told)])
    assert [m.name for m in found] == ["opening a jar", "eating"]
