"""Question points, and that nothing from after a point is in its group."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine.keys import stage_identity
from pipeline.graph import stages
from pipeline.outcome import Rejected
from pipeline.recipe import Identity, PausePointsSettings, Recipe
from pipeline.records import Group, PausePoint
from pipeline.stages.pause_points import stage
from pipeline.stages.pause_rules.showing import spread
from pipeline.stages.pause_rules.views import (
    Captioned,
    Clock,
    Moving,
    SceneStart,
    Surviving,
    Times,
)
from pipeline.store import BlobStore, Store
from tests.stages.units import kept, run, unit

BLOBS = BlobStore(Store(Path("unused")))
RATE = 10
"""Frames a second of the made video; one of them in ten is sampled."""


def recipe(**settings: Any) -> Recipe:
    pausing = PausePointsSettings.model_validate(settings)
    return Recipe(name="t", identity=Identity(recipe="pause_and_think", pause_points=pausing))


def video(
    seconds: int,
    *,
    start: float = 0.0,
    cuts: tuple[int, ...] = (),
    far: tuple[int, ...] = (),
    moving: tuple[int, ...] = (),
    same: tuple[int, ...] = (),
) -> list[Any]:
    """A video with a sampled frame at every whole second.

    Args:
        cuts: seconds at which a scene begins.
        far: seconds whose caption is unlike the last one.
        moving: seconds around which much moves.
        same: seconds whose caption says nothing new.
    """
    rows: list[Any] = [
        Clock(
            id="v", start_seconds=start, duration_seconds=float(seconds), fps_num=RATE, fps_den=1
        ),
        Times(id="v/s0", pts_seconds=tuple(start + i / RATE for i in range(seconds * RATE))),
    ]
    for ordinal, at in enumerate((0, *cuts)):
        scene = SceneStart(
            id=f"v/c{ordinal}", ordinal=ordinal, start_frame=at * RATE, start_seconds=start + at
        )
        rows.append(scene)
    for at in range(seconds):
        name, time = f"v/f{at * RATE}", start + at
        similarity = None if at == 0 else 0.1 if at in far else 0.8
        rows += [
            Surviving(id=name, video="v", survives=at not in same, similarity=similarity),
            Captioned(id=name, frame_index=at * RATE, pts_seconds=time, text=f"c{at}", objects=()),
            Moving(id=name, pts_seconds=time, motion=90.0 if at in moving else 5.0),
        ]
    return rows


def paused(rows: list[Any], **settings: Any) -> Any:
    made = stage(recipe(**settings))
    (outcome,) = run(made, BLOBS, unit(made, "v", *rows))
    return outcome


def points(outcome: Any) -> list[PausePoint]:
    return [row for row in kept(outcome) if isinstance(row, PausePoint)]


def groups(outcome: Any) -> list[Group]:
    return [row for row in kept(outcome) if isinstance(row, Group)]


def test_a_tile_is_shown_to_the_end_of_its_last_sampled_frame() -> None:
    outcome = paused(video(25), policy="tile", tile_seconds=10)
    found = [
        (p.clip_start_seconds, p.clip_end_seconds, p.question_seconds) for p in points(outcome)
    ]
    # The frame at 9 s is displayed for a tenth; the one at 10 s belongs to the next tile.
    assert found == [(0, 10, 9.1), (10, 20, 19.1), (20, 25, 24.1)]
    assert [p.shown_start_seconds for p in points(outcome)] == [0, 10, 20]
    assert [g.frames[-1].pts_seconds for g in groups(outcome)] == [9, 19, 24]
    assert [(p.id, p.ordinal) for p in points(outcome)] == [
        (g.id, g.ordinal) for g in groups(outcome)
    ]
    assert {p.policy for p in points(outcome)} == {"tile"}


def test_shares_are_of_the_video_on_its_own_clock() -> None:
    outcome = paused(video(20, start=5.0), policy="share", shares=[0.4, 0.8])
    assert [p.question_seconds for p in points(outcome)] == [12.1, 20.1]
    assert {(p.clip_start_seconds, p.clip_end_seconds) for p in points(outcome)} == {(5, 25)}
    assert [f.frame_index for f in groups(outcome)[0].frames] == [10 * i for i in range(8)]


def test_a_cut_ends_an_action_and_the_frame_behind_it_is_not_shown() -> None:
    outcome = paused(video(20, cuts=(8,)))
    (point,), (group,) = points(outcome), groups(outcome)
    assert (point.clip_start_seconds, point.clip_end_seconds) == (0, 20)
    assert point.question_seconds == 7.1
    assert group.frames[-1].frame == "v/f70"
    assert {f.scene for f in group.frames} == {0}


def test_captions_and_motion_are_boundaries_too_and_cuts_go_first() -> None:
    of_caption = paused(video(20, far=(10,)))
    assert [p.question_seconds for p in points(of_caption)] == [9.1]
    of_motion = paused(video(20, moving=(12, 13, 14, 15, 16)))
    assert [p.question_seconds for p in points(of_motion)] == [11.1, 16.1]
    # Four seconds apart at least: the cut stays, the caption and the motion beside it do not.
    both = paused(video(20, cuts=(8,), far=(7, 14), moving=(9,)))
    assert [p.question_seconds for p in points(both)] == [7.1, 13.1]
    assert [p.clip_start_seconds for p in points(both)] == [0, 8]
    assert [p.clip_end_seconds for p in points(both)] == [14, 20]


def test_an_action_that_is_too_short_is_shown_with_the_one_before() -> None:
    outcome = paused(video(20, cuts=(8, 10)), min_gap_seconds=1, min_shown_seconds=3)
    assert [p.shown_start_seconds for p in points(outcome)] == [0, 0]


def test_no_more_is_shown_than_the_recipe_says() -> None:
    settings = {"policy": "share", "shares": [1.0], "max_shown_seconds": 6, "max_frames": 3}
    outcome = paused(video(20), **settings)
    (point,), (group,) = points(outcome), groups(outcome)
    assert (point.shown_start_seconds, point.question_seconds) == (14, 19.1)
    assert [f.pts_seconds for f in group.frames] == [14, 16, 19]


def test_only_survivors_are_given_and_the_paused_moment() -> None:
    (group,) = groups(paused(video(12, cuts=(8,), same=tuple(range(2, 12)))))
    assert [f.pts_seconds for f in group.frames] == [0, 1, 7]


def test_the_point_is_when_the_next_frame_is_shown_whatever_the_rate() -> None:
    rows = [row for row in video(12, cuts=(8,)) if not isinstance(row, Times)]
    (point,) = points(paused([*rows, Times(id="v/s0", pts_seconds=(0.0, 7.0, 7.03, 8.0))]))
    assert point.question_seconds == 7.03
    (point,) = points(paused([*rows, Times(id="v/s0", pts_seconds=(0.0, 7.0))]))
    assert point.question_seconds == 12.0, "the video's end, where no frame follows"


def test_a_video_without_a_point_says_so() -> None:
    outcome = paused(video(20))
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_pause_point"
    short = paused(video(20, cuts=(2,)))
    assert isinstance(short, Rejected)
    assert "none of 1 moments" in short.message


def test_points_are_thinned_evenly() -> None:
    outcome = paused(video(100), policy="tile", max_points=3)
    assert [p.clip_end_seconds for p in points(outcome)] == [10, 50, 100]
    assert [p.ordinal for p in points(outcome)] == [0, 1, 2]
    assert (spread([1, 2], 5), spread([1, 2, 3], 1)) == ([1, 2], [3])


_seconds = st.sets(st.integers(1, 59)).map(lambda found: tuple(sorted(found)))


@given(
    st.fixed_dictionaries(
        {"cuts": _seconds, "far": _seconds, "moving": _seconds, "same": _seconds}
    ),
    st.sampled_from(["boundary", "tile", "share"]),
    st.integers(2, 8),
    st.integers(3, 30),
)
def test_no_group_holds_a_frame_from_its_question_point_on(
    signs: dict[str, tuple[int, ...]], policy: str, most: int, shown: int
) -> None:
    settings = {"policy": policy, "max_frames": most, "max_shown_seconds": shown}
    outcome = paused(video(60, start=3.0, **signs), **settings)
    if isinstance(outcome, Rejected):
        return
    of_group = {group.id: group for group in groups(outcome)}
    assert len(of_group) == len(points(outcome))
    for point in points(outcome):
        times = [frame.pts_seconds for frame in of_group[point.id].frames]
        assert 2 <= len(times) <= most and times == sorted(set(times))
        assert point.shown_start_seconds <= times[0] and times[-1] < point.question_seconds
        assert point.question_seconds - times[-1] <= 1 / RATE + 1e-9, (
            "the last is the paused moment"
        )
        assert 3.0 <= point.question_seconds - point.shown_start_seconds <= shown + 1 / RATE
        assert point.clip_start_seconds <= point.shown_start_seconds
        assert point.question_seconds <= point.clip_end_seconds


def test_the_recipe_has_its_own_chain_and_its_settings_touch_one_stage() -> None:
    base = recipe()
    names = [made.name for made in stages(base, Path("dataset"))]
    assert names.index("core_frames") + 1 == names.index("pause_points")
    assert "pause_points" not in [s.name for s in stages(Recipe(name="t"), Path("dataset"))]

    def identities(of: Recipe) -> dict[str, str]:
        return {s.name: stage_identity(s) for s in stages(of, Path("dataset"))}

    before, after = identities(base), identities(recipe(tile_seconds=5))
    assert {n for n in before if before[n] != after[n]} == {"pause_points", "publish"}


def test_no_less_can_be_asked_for_than_may_be_shown() -> None:
    with pytest.raises(ValueError, match="min_shown_seconds <= max_shown_seconds"):
        PausePointsSettings(min_shown_seconds=9, max_shown_seconds=3)
