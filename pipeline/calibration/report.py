"""The calibration of a workspace: its curves, a table of them, and a page to look at."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from pipeline.calibration.boxes import box_curves
from pipeline.calibration.curve import Curve
from pipeline.calibration.pictures import pictures
from pipeline.calibration.plot import plot
from pipeline.calibration.tau import tau_curve
from pipeline.engine.browse import read_ids
from pipeline.engine.workspace import Workspace
from pipeline.errors import UsageError
from pipeline.recipe import Recipe
from pipeline.records import Video
from pipeline.store import Place, Store

PAGE: Final = "calibration/index.html"
TABLE: Final = "calibration/thresholds.csv"
EXAMPLES: Final = 4
"""On each side of a line."""
_TEMPLATE: Final = Path(__file__).with_name("page.html.j2")


@dataclass(frozen=True)
class Calibration:
    """What was looked at, and what it says."""

    videos: int
    of: int
    """Videos in the workspace; the ids of those looked at are its first ones, and ids are hashes of
    content, so they are a fair sample."""
    curves: tuple[Curve, ...]


def calibrate(workspace: Workspace, recipe: Recipe, most: int) -> Calibration:
    """Find out what the recipe's thresholds do, on `most` videos of the workspace.

    Raises:
        UsageError: the workspace has no captions with embeddings yet.
    """
    known = read_ids(workspace, "videos", Video)
    videos = known[:most]
    identity = recipe.identity
    tau = tau_curve(workspace, videos, identity.core_frames.tau, EXAMPLES)
    if tau is None:
        raise UsageError(
            f"{workspace.root} has no embeddings yet, so no threshold has anything to decide: "
            "run it to the stage embeddings at least"
        )
    boxes = box_curves(workspace, videos, identity.grounding, EXAMPLES)
    return Calibration(len(videos), len(known), (tau, *boxes))


def write(workspace: Workspace, found: Calibration, name: str) -> tuple[Place, Place]:
    """Write page and table into the workspace; returns where they are.

    Args:
        name: of the recipe, for the title.
    """
    store: Store = workspace.store
    store.write(TABLE, table(found.curves).encode())
    environment = Environment(undefined=StrictUndefined, autoescape=True, trim_blocks=True)
    page = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        name=name,
        found=found,
        plots={curve.setting: plot(curve) for curve in found.curves},
        pictures=pictures(workspace, found.curves),
    )
    store.write(PAGE, page.encode())
    return store.where(PAGE), store.where(TABLE)


def table(curves: Sequence[Curve]) -> str:
    """One line for every value of every threshold."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["setting", "value", "current", "counts", "kept", "dropped"])
    for curve in curves:
        for point in curve.points:
            current = point.value == round(curve.current, 4)
            lines.writerow(
                [
                    curve.setting,
                    point.value,
                    str(current).lower(),
                    curve.counts,
                    point.kept,
                    point.dropped,
                ]
            )
    return text.getvalue()
