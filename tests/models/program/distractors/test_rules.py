from dataclasses import replace

import pytest
import yaml

from pipeline.errors import PromptError
from pipeline.models.coco import LABELS
from pipeline.models.program.distractors.rules import find_phrases, read_rules
from pipeline.prompts import load

PROMPT = load("options/program")


def test_every_object_has_one_family() -> None:
    rules = read_rules(PROMPT)
    named = [label for family in rules.families for label in family]
    assert sorted(named) == sorted(LABELS.values())
    assert all(rules.family_of[label] for label in named)


def test_the_longest_phrase_is_found() -> None:
    found = find_phrases(read_rules(PROMPT), "To the left of it; on the left; closer together.")
    assert [(p.kind, p.pole) for p in found] == [("direction", 0), ("side", 0), ("distance", 0)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("opposites", {"size": [["large"]]}),
        ("opposites", {"size": [["large", "huge"], ["small"]]}),
        ("opposites", {"size": [["large"], ["small"]], "pace": [["large"], ["slow"]]}),
        ("numbers", None),
        ("unknown", []),
    ],
)
def test_a_table_that_cannot_work_is_refused(key: str, value: object) -> None:
    body = yaml.safe_load(PROMPT.body) | {key: value}
    with pytest.raises(PromptError, match="options/program: its body is no table"):
        read_rules(replace(PROMPT, body=yaml.safe_dump(body)))


def test_a_body_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(PromptError, match="its body is no table"):
        read_rules(replace(PROMPT, body="opposites: ["))


def test_the_tables_are_read_once_and_not_for_every_question() -> None:
    assert read_rules(replace(PROMPT)) is read_rules(PROMPT)
