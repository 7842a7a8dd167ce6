"""How long what a frame's caption says goes on."""

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recipe import GroundingSettings, Identity, Recipe
from pipeline.records import Extent, Float32
from pipeline.stages.extents import Meaning, Moment, Surviving, stage
from pipeline.store import BlobStore, Store
from tests.stages.units import kept, run, unit

BLOBS = BlobStore(Store(Path("unused")))


def lasting(angles: list[float], survivors: set[int], least: float) -> dict[int, tuple[int, int]]:
    """First and last second of every survivor; frame `i` is at second `i` and says `angles[i]`.

    Captions are directions in a plane, so their cosine is that of the angle between them.
    """
    identity = Identity(grounding=GroundingSettings(same_caption=least))
    extents = stage(Recipe(name="t", identity=identity))
    rows: list[Any] = []
    for i, angle in enumerate(angles):
        name = f"v/f{i}"
        values = (Float32(float(np.cos(angle))), Float32(float(np.sin(angle))))
        rows += [
            Surviving(id=name, video="v", survives=i in survivors),
            Meaning(id=name, video="v", values=values),
            Moment(id=name, frame_index=i, pts_seconds=float(i)),
        ]
    (outcome,) = run(extents, BLOBS, unit(extents, "v", *rows))
    found: dict[int, tuple[int, int]] = {}
    for row in kept(outcome):
        assert isinstance(row, Extent)
        found[int(row.id[3:])] = (int(row.first_seconds), int(row.last_seconds))
    return found


def test_a_survivor_lasts_while_its_neighbours_say_the_same() -> None:
    same, other = 0.0, 1.5
    angles = [other, same, same, same, other, same]
    assert lasting(angles, {0, 2, 5}, 0.9) == {0: (0, 0), 2: (1, 3), 5: (5, 5)}


def test_a_drift_is_compared_with_the_survivor_and_not_with_the_neighbour() -> None:
    angles = [0.0, 0.2, 0.4, 0.6, 0.8]  # cos 0.4 is 0.92, cos 0.6 is 0.83
    assert lasting(angles, {0, 4}, 0.9) == {0: (0, 2), 4: (2, 4)}


def test_nothing_is_the_same_but_itself_where_the_recipe_asks_for_identity() -> None:
    assert lasting([0.0, 0.3, 0.6], {1}, 1.0) == {1: (1, 1)}


@given(
    st.lists(st.floats(0, 3), min_size=1, max_size=12),
    st.floats(0, 1),
    st.integers(0, 11),
)
def test_a_run_holds_the_survivor_and_only_frames_that_say_the_same(
    angles: list[float], least: float, survivor: int
) -> None:
    survivor %= len(angles)
    first, last = lasting(angles, {survivor}, least)[survivor]
    assert 0 <= first <= survivor <= last < len(angles)
    for i in range(first, last + 1):
        assert i == survivor or np.cos(angles[i] - angles[survivor]) >= least - 1e-5
