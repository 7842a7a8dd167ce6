from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.recipe import Recipe
from pipeline.records import Bbox, Box, Claim, Interval, KeyItem, Rejection
from pipeline.stages.grounding import (
    Answered,
    Asked,
    Clock,
    FrameTime,
    Proposal,
    Reasoning,
    overlap,
    stage,
)
from pipeline.store import BlobStore, Store
from pipeline.tasks import Task
from tests.stages.units import kept, run, unit

STAGE = stage(Recipe(name="t"))
BLOBS = BlobStore(Store(Path("unused")))
LEFT: Bbox = (0.0, 0.0, 0.4, 1.0)
RIGHT: Bbox = (0.5, 0.0, 0.9, 1.0)


def item(
    name: str, phrase: str = "person", frame: str = "v/f1", near: Bbox | None = None
) -> KeyItem:
    return KeyItem(item=name, phrase=phrase, frame=frame, mention=f"{frame}#{phrase}", near=near)


def proposal(
    rank: int, bbox: Bbox, score: float, phrase: str = "person", frame: str = "v/f1"
) -> Proposal:
    mention = f"{frame}#{phrase}"
    return Proposal(
        id=f"{mention}#{rank}",
        mention=mention,
        bbox=bbox,
        score=score,
        clip_similarity=None,
        detector="d",
    )


def ground(
    items: list[KeyItem], proposals: list[Proposal], claims: tuple[Claim, ...] = ()
) -> Outcome:
    evidence = Reasoning(
        id="q",
        video="v",
        core_frames=("v/f1", "v/f2"),
        key_items=tuple(items),
        claims=claims,
        mentions=tuple(sorted({k.mention for k in items})),
    )
    rows: list[Any] = [
        evidence,
        *proposals,
        FrameTime(id="v/f1", frame_index=25, pts_seconds=11.0),
        FrameTime(id="v/f2", frame_index=75, pts_seconds=13.0),
        Clock(id="v", start_seconds=10.0, duration_seconds=3.02, fps_num=25, fps_den=1),
        Asked(id="q", task=Task.EVENT_PROCESS, question="What happens?"),
        Answered(id="q", answer="This."),
    ]
    (outcome,) = run(STAGE, BLOBS, unit(STAGE, "q", *rows))
    return outcome


def boxes(outcome: Outcome) -> dict[str, Box]:
    return {r.item: r for r in kept(outcome) if isinstance(r, Box)}


def test_without_a_place_the_best_score_is_taken() -> None:
    found = boxes(ground([item("p")], [proposal(1, LEFT, 0.9), proposal(2, RIGHT, 0.8)]))
    box = found["p"]
    assert (box.bbox, box.score, box.verified, box.source) == (LEFT, 0.9, True, "d")
    assert (box.id, box.frame_index, box.pts_seconds) == ("q#p", 25, 11.0)


def test_with_a_place_the_nearest_box_is_taken_and_not_the_best() -> None:
    found = boxes(
        ground([item("p", near=RIGHT)], [proposal(1, LEFT, 0.9), proposal(2, RIGHT, 0.5)])
    )
    assert (found["p"].bbox, found["p"].verified) == (RIGHT, True)


def test_two_items_of_one_phrase_get_two_boxes() -> None:
    two = [proposal(1, LEFT, 0.9), proposal(2, RIGHT, 0.8)]
    named = boxes(ground([item("a", near=RIGHT), item("b")], two))
    assert {k: b.bbox for k, b in named.items()} == {"a": RIGHT, "b": LEFT}
    unnamed = boxes(ground([item("a"), item("b"), item("c")], two))
    assert {k: b.bbox for k, b in unnamed.items()} == {"a": LEFT, "b": RIGHT}


def test_too_little_overlap_is_not_verified_and_none_is_no_box() -> None:
    half: Bbox = (0.2, 0.0, 0.6, 1.0)
    items = [item("a", near=half), item("dog", phrase="dog")]
    found = boxes(ground(items, [proposal(1, LEFT, 0.9), proposal(1, LEFT, 0.9, phrase="dog")]))
    assert not found["a"].verified
    assert found["dog"].verified
    assert set(boxes(ground([item("a", near=RIGHT), item("b")], [proposal(1, LEFT, 0.9)]))) == {"b"}


@pytest.mark.parametrize(
    "proposals",
    [
        [],
        [proposal(1, LEFT, 0.39)],
        [proposal(1, LEFT, 0.9, phrase="dog")],
        [proposal(1, LEFT, 0.9, frame="v/f2")],
    ],
)
def test_a_question_without_a_verified_box_is_rejected_and_does_not_vanish(
    proposals: list[Proposal],
) -> None:
    outcome = ground([item("person_1")], proposals)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_verified_box"
    (rejection,) = outcome.rows
    assert isinstance(rejection, Rejection)
    assert (rejection.id, rejection.stage, rejection.answer) == ("q", "grounding", "This.")
    assert "person_1" in rejection.message


def test_only_an_unverified_box_is_not_enough() -> None:
    assert isinstance(
        ground([item("a", near=(0.3, 0, 0.7, 1))], [proposal(1, LEFT, 0.9)]), Rejected
    )


def test_claims_last_from_their_first_frame_to_the_end_of_their_last() -> None:
    claims = (
        Claim(text="One.", frames=("v/f1",)),
        Claim(text="Both.", frames=("v/f2", "v/f1")),
        Claim(text="So it is.", frames=()),
    )
    outcome = ground([item("p")], [proposal(1, LEFT, 0.9)], claims)
    times = {
        r.id: (r.start_seconds, r.end_seconds) for r in kept(outcome) if isinstance(r, Interval)
    }
    assert times["q#0"] == pytest.approx((11.0, 11.04))
    # 13.0 + 1/25 is after the video's end at 13.02.
    assert times["q#1"] == pytest.approx((11.0, 13.02))
    assert set(times) == {"q#0", "q#1"}


def test_overlap_is_intersection_over_union() -> None:
    assert overlap(LEFT, LEFT) == 1
    assert overlap(LEFT, RIGHT) == 0
    assert overlap((0, 0, 0.5, 1), (0.25, 0, 0.75, 1)) == pytest.approx(1 / 3)


@st.composite
def bboxes(draw: st.DrawFn) -> Bbox:
    x1, y1 = draw(st.floats(0, 0.8)), draw(st.floats(0, 0.8))
    return (x1, y1, draw(st.floats(x1 + 0.05, 1)), draw(st.floats(y1 + 0.05, 1)))


@given(
    st.lists(st.none() | bboxes(), min_size=1, max_size=5),
    st.lists(st.tuples(bboxes(), st.floats(0, 1)), max_size=6),
)
def test_no_box_is_given_twice_and_none_below_the_score(
    nears: list[Bbox | None], found: list[tuple[Bbox, float]]
) -> None:
    items = [item(f"p{i}", near=near) for i, near in enumerate(nears)]
    proposals = [proposal(i, bbox, score) for i, (bbox, score) in enumerate(found)]
    outcome = ground(items, proposals)
    rows = boxes(outcome) if isinstance(outcome, Kept) else {}
    given_away = [(b.bbox, b.score) for b in rows.values()]
    for pair in set(given_away):
        assert given_away.count(pair) <= found.count(pair)
    assert all(b.score >= 0.4 for b in rows.values())
    for key_item in items:
        if key_item.near is not None and key_item.item in rows:
            box = rows[key_item.item]
            assert box.verified == (overlap(key_item.near, box.bbox) >= 0.5)
