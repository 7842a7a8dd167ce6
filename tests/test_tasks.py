"""The tasks against what VideoEspresso published: families, table 3's columns, leaderboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tasks import ALIASES, FAMILIES, FAMILY_OF, TASKS_OF, Task, listed, parse_task

ESPRESSO = TASKS_OF["videoespresso"]

COLUMNS = [
    "Narra.",
    "Event",
    "Ingre.",
    "Causal",
    "Theme",
    "Conte.",
    "Influ.",
    "Role",
    "Inter.",
    "Behav.",
    "Emoti.",
    "Cook.",
    "Traff.",
    "Situa.",
]
"""The header of the paper's table of results."""

PAPER = {
    "Causal Inference": "Logical Reasoning",
    "Contextual Interpretation": "Logical Reasoning",
    "Event Process": "Logical Reasoning",
    "Interaction Dynamics": "Social Understanding",
    "Behavior Profiling": "Social Understanding",
    "Emotional Recognition": "Social Understanding",
    "Influence Tracing": "Social Understanding",
    "Role Identification": "Discourse Comprehension",
    "Narrative Structuring": "Discourse Comprehension",
    "Thematic Insight": "Discourse Comprehension",
    "Situational Awareness": "Discourse Comprehension",
    "Cooking Steps": "Reality Application",
    "Ingredient Details": "Reality Application",
    "Traffic Analysis": "Reality Application",
}
"""The supplement's table 9: every task and its family."""

LEADERBOARD = {
    "Narrative Analysis": Task.NARRATIVE_STRUCTURING,
    "Event Dynamic": Task.EVENT_PROCESS,
    "Preparation Steps": Task.INGREDIENT_DETAILS,
    "Causal Analysis": Task.CAUSAL_INFERENCE,
    "Theme Analysis": Task.THEMATIC_INSIGHT,
    "Cooking Process": Task.COOKING_STEPS,
}
"""Names of the project's leaderboard that are not the paper's."""


def test_the_papers_tasks_and_families_are_ours() -> None:
    ours = {
        task.value.replace("_", " ").title(): family.replace("_", " ").title()
        for task, family in FAMILY_OF.items()
        if task in ESPRESSO
    }
    assert ours == PAPER
    assert len(ESPRESSO) == 14


def test_every_task_belongs_to_one_recipe() -> None:
    assert sorted(task for tasks in TASKS_OF.values() for task in tasks) == sorted(Task)


def test_a_table_lists_the_tasks_of_the_recipes_it_has() -> None:
    assert listed([]) == ESPRESSO
    assert listed([Task.FUTURE_PLANNING]) == (Task.FACTUAL_PAST, Task.FUTURE_PLANNING)
    assert listed([Task.FACTUAL_PAST, Task.COOKING_STEPS]) == (
        *ESPRESSO,
        *TASKS_OF["pause_and_think"],
    )


def test_every_task_is_in_one_family() -> None:
    placed = [task for tasks in FAMILIES.values() for task in tasks]
    assert sorted(placed) == sorted(Task)


@pytest.mark.parametrize("name", sorted(PAPER))
def test_the_papers_names_are_understood(name: str) -> None:
    assert parse_task(name) == Task(name.lower().replace(" ", "_"))


def test_each_column_of_the_results_is_another_task() -> None:
    assert {parse_task(column) for column in COLUMNS} == set(ESPRESSO)
    for column in COLUMNS:
        task = parse_task(column)
        assert task is not None
        assert task.value.startswith(column.rstrip(".").lower()[:4])


@pytest.mark.parametrize(("name", "task"), sorted(LEADERBOARD.items()))
def test_the_leaderboards_names_are_understood(name: str, task: Task) -> None:
    assert parse_task(name) == task


def test_aliases_are_spelled_as_they_are_looked_up() -> None:
    for alias in ALIASES:
        assert alias == " ".join(alias.casefold().split())
        assert parse_task(f"  {alias.upper().replace(' ', '_')} ") == ALIASES[alias]


@pytest.mark.parametrize("name", ["", "narrative", "causal inference!", "grounding"])
def test_an_unknown_name_means_no_task(name: str) -> None:
    assert parse_task(name) is None


@given(st.sampled_from(Task), st.sampled_from(["_", " ", "  ", "\t"]), st.booleans())
def test_case_and_spaces_do_not_matter(task: Task, space: str, upper: bool) -> None:
    name = task.value.replace("_", space)
    assert parse_task(name.upper() if upper else name) == task
