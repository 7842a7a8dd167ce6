"""Which stage groups the frames that a recipe's questions are written from.

VideoEspresso groups consecutive survivors. Pause-and-Think shows only what comes before a question
point, ST-Think follows a route. Each of these stages writes `Group` rows, and whatever comes after
reads those and nothing else of a video: what a group does not hold, no writer is shown.
"""

from typing import Final

from pipeline.tasks import RecipeKind

GROUPING: Final[dict[RecipeKind, str]] = {
    "videoespresso": "core_frames",
    "pause_and_think": "pause_points",
    "ego_st": "routes",
}
