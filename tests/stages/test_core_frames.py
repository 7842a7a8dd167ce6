import math
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.outcome import Rejected
from pipeline.recipe import CoreFramesSettings, Identity, Recipe
from pipeline.records import Float32, Group, Survivor
from pipeline.stages.core_frames import CaptionVector, FrameCaption, SceneSpan, stage
from pipeline.stages.grouping import group_id
from pipeline.store import BlobStore, Store
from tests.stages.units import kept, run, unit

BLOBS = BlobStore(Store(Path("unused")))


def rows(angles: list[float], cuts: tuple[int, ...] = (0,)) -> list[Any]:
    """A video whose captions' vectors point to these angles, one frame a second."""
    found: list[Any] = [
        SceneSpan(id=f"v/c{i}", ordinal=i, start_frame=start) for i, start in enumerate(cuts)
    ]
    for i, angle in enumerate(angles):
        values = (Float32(math.cos(angle)), Float32(math.sin(angle)))
        found.append(CaptionVector(id=f"v/f{i}", video="v", values=values))
        found.append(
            FrameCaption(
                id=f"v/f{i}", frame_index=i, pts_seconds=float(i), text=f"caption {i}", objects=()
            )
        )
    return found


def build(found: list[Any], **settings: Any) -> Any:
    identity = Identity(core_frames=CoreFramesSettings(**settings))
    built = stage(Recipe(name="t", identity=identity))
    (outcome,) = run(built, BLOBS, unit(built, "v", *found))
    return outcome


def of(outcome: Any, kind: type) -> list[Any]:
    return [r for r in kept(outcome) if isinstance(r, kind)]


def test_a_frame_is_compared_with_the_last_one_kept() -> None:
    # Each step of 0.3 is within tau of its neighbour; two steps are not.
    outcome = build(rows([0, 0.3, 0.6, 0.9, 1.2]), tau=math.cos(0.4))
    survivors = of(outcome, Survivor)
    assert [s.survives for s in survivors] == [True, False, True, False, True]
    assert [s.similarity for s in survivors] == [
        None,
        *(round(math.cos(x), 6) for x in (0.3, 0.6, 0.3, 0.6)),
    ]


def test_a_cosine_equal_to_tau_survives() -> None:
    outcome = build(rows([0, math.pi / 2]), tau=0.0)
    assert [s.survives for s in of(outcome, Survivor)] == [True, True]


def test_order_is_by_time_and_not_by_id() -> None:
    outcome = build(rows([float(i) for i in range(12)]), tau=0.9)
    (group,) = of(outcome, Group)
    # As texts, `v/f10` comes before `v/f2`.
    assert [f.frame for f in group.frames] == [f"v/f{i}" for i in range(12)]
    assert [f.caption for f in group.frames][:2] == ["caption 0", "caption 1"]


def test_groups_are_runs_of_survivors_and_a_small_rest_joins_none() -> None:
    outcome = build(rows([float(i) for i in range(8)]), group_size=3, min_group_size=3)
    groups = of(outcome, Group)
    assert [[f.frame_index for f in g.frames] for g in groups] == [[0, 1, 2], [3, 4, 5]]
    assert [g.ordinal for g in groups] == [0, 1]
    assert len({g.id for g in groups}) == 2
    assert groups[0].id == group_id(groups[0].frames)


def test_scenes_cut_groups_only_where_the_recipe_says_so() -> None:
    video = rows([float(i) for i in range(6)], cuts=(0, 2, 4))
    (across,) = of(build(video), Group)
    assert [f.scene for f in across.frames] == [0, 0, 1, 1, 2, 2]
    within = of(build(video, within_scenes=True), Group)
    assert [[f.frame_index for f in g.frames] for g in within] == [[0, 1], [2, 3], [4, 5]]


def test_a_video_without_scenes_is_one_scene() -> None:
    (group,) = of(build(rows([0, 1, 2], cuts=())), Group)
    assert {f.scene for f in group.frames} == {0}


def test_a_video_that_says_one_thing_is_rejected_and_its_decisions_kept() -> None:
    outcome = build(rows([0, 0, 0]))
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "too_few_survivors"
    assert "1 of 3 frames" in outcome.message
    assert [r.survives for r in outcome.rows if isinstance(r, Survivor)] == [True, False, False]


@given(
    st.lists(st.floats(0, 6), min_size=2, max_size=40),
    st.floats(0.5, 0.99),
    st.integers(2, 6),
)
def test_survivors_differ_from_their_predecessor_and_groups_hold_only_them(
    angles: list[float], tau: float, size: int
) -> None:
    outcome = build(rows(angles), tau=tau, group_size=size)
    survivors = [r for r in outcome.rows if isinstance(r, Survivor)]
    groups = [r for r in outcome.rows if isinstance(r, Group)]
    assert len(survivors) == len(angles)
    alive = [s.id for s in survivors if s.survives]
    assert all(s.similarity is None or s.similarity <= tau for s in survivors if s.survives)
    grouped = [f.frame for g in groups for f in g.frames]
    assert grouped == alive[: len(grouped)]
    assert len(alive) - len(grouped) < 2
    assert all(2 <= len(g.frames) <= size for g in groups)
