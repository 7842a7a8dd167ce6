"""The tasks of every recipe in their families, and the other names they go by.

Sources: VideoEspresso, supplementary table 9 (fourteen tasks in four families); Pause-and-Think's
two categories; Ego-ST Bench's four categories, each asked forward and in reverse. VideoEspresso's
leaderboard and its released files use other names for the same tasks; `ALIASES` maps every
spelling we have met to ours, so that imported rows and scores can be compared.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Literal

RecipeKind = Literal["videoespresso", "pause_and_think", "ego_st"]
"""Which system's construction a recipe follows."""


class Task(StrEnum):
    """What a question asks for."""

    CAUSAL_INFERENCE = "causal_inference"
    CONTEXTUAL_INTERPRETATION = "contextual_interpretation"
    EVENT_PROCESS = "event_process"
    INTERACTION_DYNAMICS = "interaction_dynamics"
    BEHAVIOR_PROFILING = "behavior_profiling"
    EMOTIONAL_RECOGNITION = "emotional_recognition"
    INFLUENCE_TRACING = "influence_tracing"
    ROLE_IDENTIFICATION = "role_identification"
    NARRATIVE_STRUCTURING = "narrative_structuring"
    THEMATIC_INSIGHT = "thematic_insight"
    SITUATIONAL_AWARENESS = "situational_awareness"
    COOKING_STEPS = "cooking_steps"
    INGREDIENT_DETAILS = "ingredient_details"
    TRAFFIC_ANALYSIS = "traffic_analysis"

    FACTUAL_PAST = "factual_past"
    FUTURE_PLANNING = "future_planning"

    ROUTE_DESCRIPTION_FORWARD = "route_description_forward"
    ROUTE_DESCRIPTION_REVERSE = "route_description_reverse"
    DIRECTION_CHANGE_FORWARD = "direction_change_forward"
    DIRECTION_CHANGE_REVERSE = "direction_change_reverse"
    LANDMARK_CHANGE_FORWARD = "landmark_change_forward"
    LANDMARK_CHANGE_REVERSE = "landmark_change_reverse"
    ACTION_CHANGE_FORWARD = "action_change_forward"
    ACTION_CHANGE_REVERSE = "action_change_reverse"


FAMILIES: Final[dict[str, tuple[Task, ...]]] = {
    "logical_reasoning": (
        Task.CAUSAL_INFERENCE,
        Task.CONTEXTUAL_INTERPRETATION,
        Task.EVENT_PROCESS,
    ),
    "social_understanding": (
        Task.INTERACTION_DYNAMICS,
        Task.BEHAVIOR_PROFILING,
        Task.EMOTIONAL_RECOGNITION,
        Task.INFLUENCE_TRACING,
    ),
    "discourse_comprehension": (
        Task.ROLE_IDENTIFICATION,
        Task.NARRATIVE_STRUCTURING,
        Task.THEMATIC_INSIGHT,
        Task.SITUATIONAL_AWARENESS,
    ),
    "reality_application": (
        Task.COOKING_STEPS,
        Task.INGREDIENT_DETAILS,
        Task.TRAFFIC_ANALYSIS,
    ),
    "assistive_suggestion": (
        Task.FACTUAL_PAST,
        Task.FUTURE_PLANNING,
    ),
    "egocentric_routes": (
        Task.ROUTE_DESCRIPTION_FORWARD,
        Task.ROUTE_DESCRIPTION_REVERSE,
        Task.DIRECTION_CHANGE_FORWARD,
        Task.DIRECTION_CHANGE_REVERSE,
        Task.LANDMARK_CHANGE_FORWARD,
        Task.LANDMARK_CHANGE_REVERSE,
        Task.ACTION_CHANGE_FORWARD,
        Task.ACTION_CHANGE_REVERSE,
    ),
}

_OTHER_RECIPES: Final[dict[str, RecipeKind]] = {
    "assistive_suggestion": "pause_and_think",
    "egocentric_routes": "ego_st",
}

TASKS_OF: Final[dict[RecipeKind, tuple[Task, ...]]] = {
    kind: tuple(
        task
        for family, tasks in FAMILIES.items()
        if _OTHER_RECIPES.get(family, "videoespresso") == kind
        for task in tasks
    )
    for kind in ("videoespresso", "pause_and_think", "ego_st")
}
"""What each recipe asks, in the order of tables."""

FAMILY_OF: Final[dict[Task, str]] = {
    task: family for family, tasks in FAMILIES.items() for task in tasks
}

ALIASES: Final[dict[str, Task]] = {
    "narrative analysis": Task.NARRATIVE_STRUCTURING,
    "event dynamic": Task.EVENT_PROCESS,
    "event dynamics": Task.EVENT_PROCESS,
    "preparation steps": Task.INGREDIENT_DETAILS,
    "causal analysis": Task.CAUSAL_INFERENCE,
    "theme analysis": Task.THEMATIC_INSIGHT,
    "contextual analysis": Task.CONTEXTUAL_INTERPRETATION,
    "influence analysis": Task.INFLUENCE_TRACING,
    "role analysis": Task.ROLE_IDENTIFICATION,
    "interaction analysis": Task.INTERACTION_DYNAMICS,
    "behavior analysis": Task.BEHAVIOR_PROFILING,
    "emotion analysis": Task.EMOTIONAL_RECOGNITION,
    "emotion recognition": Task.EMOTIONAL_RECOGNITION,
    "cooking process": Task.COOKING_STEPS,
    "situation analysis": Task.SITUATIONAL_AWARENESS,
    "narra.": Task.NARRATIVE_STRUCTURING,
    "event": Task.EVENT_PROCESS,
    "ingre.": Task.INGREDIENT_DETAILS,
    "causal": Task.CAUSAL_INFERENCE,
    "theme": Task.THEMATIC_INSIGHT,
    "conte.": Task.CONTEXTUAL_INTERPRETATION,
    "influ.": Task.INFLUENCE_TRACING,
    "role": Task.ROLE_IDENTIFICATION,
    "inter.": Task.INTERACTION_DYNAMICS,
    "behav.": Task.BEHAVIOR_PROFILING,
    "emoti.": Task.EMOTIONAL_RECOGNITION,
    "cook.": Task.COOKING_STEPS,
    "traff.": Task.TRAFFIC_ANALYSIS,
    "situa.": Task.SITUATIONAL_AWARENESS,
    "factual/past": Task.FACTUAL_PAST,
    "future/planning": Task.FUTURE_PLANNING,
}


def listed(found: Iterable[Task]) -> tuple[Task, ...]:
    """The tasks that a table of these lists: all of every recipe that has one of them.

    Of none it is VideoEspresso's, so that an empty dataset tells what it lacks.
    """
    present = set(found)
    of_recipes = [tasks for tasks in TASKS_OF.values() if present.intersection(tasks)]
    return tuple(task for tasks in of_recipes or [TASKS_OF["videoespresso"]] for task in tasks)


def parse_task(name: str) -> Task | None:
    """The task that `name` means in any known spelling, or None where it means none."""
    spelling = " ".join(name.replace("_", " ").casefold().split())
    for task in Task:
        if spelling == task.value.replace("_", " "):
            return task
    return ALIASES.get(spelling)
