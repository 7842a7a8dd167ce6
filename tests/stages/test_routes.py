from pathlib import Path
from typing import Any

from pipeline.outcome import Outcome, Rejected
from pipeline.recipe import Identity, Recipe, RoutesSettings
from pipeline.records import Group, Route
from pipeline.stages.route_rules.views import Cut
from pipeline.stages.routes import stage
from pipeline.store import BlobStore, Store
from tests.stages.routing import AHEAD, captioned, moves, thing
from tests.stages.units import kept, run, unit

BLOBS = BlobStore(Store(Path("unused")))
ON = (4.0, 0.0, AHEAD)
WALK = moves(ON, (2, 90, 0), ON, (2, -80, 0), ON)
FRAMES = [
    captioned(s / 2, "A view.", [thing("bench")] if 6 <= s / 2 <= 7 else []) for s in range(33)
]


def build(*rows: Any, **settings: Any) -> Outcome:
    made = stage(Recipe(name="t", identity=Identity(routes=RoutesSettings(**settings))))
    (outcome,) = run(made, BLOBS, unit(made, "v", *rows))
    return outcome


def test_a_route_and_the_group_of_its_frames() -> None:
    route, group = kept(build(*WALK, *FRAMES, Cut(id="v/c0", ordinal=0, start_frame=0)))
    assert isinstance(route, Route) and isinstance(group, Group)
    assert route.id == group.id
    path = route.path
    assert [s.way for s in path.steps] == ["straight", "right", "straight", "left", "straight"]
    assert [s.landmark for s in path.steps] == [None, None, "bench", None, None]
    assert [m.name for m in path.landmarks] == ["bench"]
    times = [frame.pts_seconds for frame in group.frames]
    assert times == [0.0, 2.0, 5.0, 6.0, 8.0, 11.0, 14.0, 16.0]
    assert {s.frame for s in path.steps} <= set(group.frame_ids)


def test_a_scene_s_border_alone_ends_no_route() -> None:
    cuts = [Cut(id="v/c0", ordinal=0, start_frame=0), Cut(id="v/c1", ordinal=1, start_frame=120)]
    _, group = kept(build(*WALK, *FRAMES, *cuts))
    assert [frame.scene for frame in group.frames] == [0, 0, 1, 1, 1, 1, 1, 1]


def test_the_same_route_has_the_same_id_and_another_one_another() -> None:
    one, again = (kept(build(*WALK, *FRAMES))[0].id for _ in (0, 1))
    other = kept(build(*WALK, *FRAMES[:20]))[0].id
    assert one == again != other


def test_a_video_without_a_turn_and_one_that_cannot_be_read_are_rejected() -> None:
    straight = build(*moves(ON), *FRAMES)
    assert isinstance(straight, Rejected)
    assert straight.reason == "no_route"
    blurred = build(*moves(ON, (2, 90, 0), ON, confidence=0.3), *FRAMES)
    assert isinstance(blurred, Rejected)
    assert blurred.reason == "unclear_motion"
    assert "0 of 40 moves" in blurred.message
    single = build(FRAMES[0])
    assert isinstance(single, Rejected)
    assert single.reason == "unclear_motion"


def test_a_long_way_is_several_routes() -> None:
    found = kept(build(*moves(*([ON, (2.0, 90.0, 0.0)] * 4)), *FRAMES, max_steps=4))
    assert [row.ordinal for row in found if isinstance(row, Route)] == [0, 1]
