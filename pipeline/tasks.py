"""The fourteen reasoning tasks in their four families, and the other names they go by.

Source: VideoEspresso, supplementary table 9 (families and tasks). The project's leaderboard
and its released files use other names for the same tasks; `ALIASES` maps every spelling we
have met to the paper's, so that imported rows and scores can be compared.
"""

from enum import StrEnum
from typing import Final


class Task(StrEnum):
    """One of the fourteen reasoning tasks."""

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
}

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
}


def parse_task(name: str) -> Task | None:
    """The task that `name` means in any known spelling, or None where it means none."""
    spelling = " ".join(name.replace("_", " ").casefold().split())
    for task in Task:
        if spelling == task.value.replace("_", " "):
            return task
    return ALIASES.get(spelling)
