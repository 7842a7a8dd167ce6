from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.recipe import GroundingSettings, Identity, Recipe
from pipeline.records import Bbox, Box, Claim, Interval, KeyItem, Rejection, Unboxed
from pipeline.stages.grounding import stage
from pipeline.stages.grounding_rules.assign import overlap
from pipeline.stages.grounding_rules.views import (
    Answered,
    Asked,
    Clock,
    FrameTime,
    HumanBox,
    Lasting,
    Proposal,
    Reasoning,
)
from pipeline.store import BlobStore, Store
from pipeline.tasks import Task
from tests.stages.units import kept, run, unit

BLOBS = BlobStore(Store(Path("unused")))
LEFT: Bbox = (0.0, 0.0, 0.4, 1.0)
RIGHT: Bbox = (0.5, 0.0, 0.9, 1.0)


def item(
    name: str, phrase: str = "person", frame: str = "v/f1", near: Bbox | None = None
) -> KeyItem:
    return KeyItem(item=name, phrase=phrase, frame=frame, mention=f"{frame}#{phrase}", near=near)


def proposal(
    rank: int,
    bbox: Bbox,
    score: float,
    phrase: str = "person",
    frame: str = "v/f1",
    clip: tuple[float, float, float] | None = None,
) -> Proposal:
    """A candidate; `clip` is the similarity of crop, whole frame and random crop."""
    mention = f"{frame}#{phrase}"
    crop, whole, elsewhere = clip or (None, None, None)
    return Proposal(
        id=f"{mention}#{rank}",
        mention=mention,
        bbox=bbox,
        score=score,
        clip_similarity=crop,
        clip_frame=whole,
        clip_random=elsewhere,
        detector="d",
    )


def ground(
    items: list[KeyItem],
    proposals: list[Proposal],
    claims: tuple[Claim, ...] = (),
    settings: GroundingSettings | None = None,
    lasting: tuple[Lasting, ...] = (),
    by_human: tuple[HumanBox, ...] = (),
) -> Outcome:
    """What becomes of the evidence of question `q` in a video from 10.0 to 13.02 seconds."""
    identity = Identity(grounding=settings or GroundingSettings())
    grounding = stage(Recipe(name="t", identity=identity))
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
        *lasting,
        *by_human,
        FrameTime(id="v/f1", frame_index=25, pts_seconds=11.0),
        FrameTime(id="v/f2", frame_index=75, pts_seconds=13.0),
        Clock(id="v", start_seconds=10.0, duration_seconds=3.02, fps_num=25, fps_den=1),
        Asked(id="q", task=Task.EVENT_PROCESS, question="What happens?"),
        Answered(id="q", answer="This."),
    ]
    (outcome,) = run(grounding, BLOBS, unit(grounding, "q", *rows))
    return outcome


def instances(outcome: Outcome) -> dict[str, list[Box]]:
    """The boxes of each item, best score first."""
    found: dict[str, list[Box]] = {}
    for row in kept(outcome):
        if isinstance(row, Box):
            found.setdefault(row.item, []).append(row)
    return found


def boxes(outcome: Outcome) -> dict[str, Box]:
    """The best box of each item."""
    return {name: found[0] for name, found in instances(outcome).items()}


def reasons(outcome: Outcome) -> dict[str, str]:
    """Why items have no box."""
    return {r.item: r.reason for r in kept(outcome) if isinstance(r, Unboxed)}


def test_an_item_that_meets_one_box_is_that_box() -> None:
    (box,) = instances(ground([item("p")], [proposal(1, LEFT, 0.9)]))["p"]
    assert (box.bbox, box.score, box.verified, box.source) == (LEFT, 0.9, True, "d")
    assert (box.id, box.frame_index, box.pts_seconds) == ("q#p#1", 25, 11.0)
    assert box.certain


def test_an_item_that_may_be_several_boxes_keeps_them_all_and_none_is_certain() -> None:
    outcome = ground([item("p")], [proposal(1, LEFT, 0.8), proposal(2, RIGHT, 0.9)])
    found = instances(outcome)["p"]
    assert [(b.id, b.bbox, b.certain) for b in found] == [
        ("q#p#1", RIGHT, False),
        ("q#p#2", LEFT, False),
    ]


def test_with_a_place_the_nearest_box_is_taken_and_not_the_best() -> None:
    found = instances(
        ground([item("p", near=RIGHT)], [proposal(1, LEFT, 0.9), proposal(2, RIGHT, 0.5)])
    )
    assert [(b.bbox, b.verified, b.certain) for b in found["p"]] == [(RIGHT, True, True)]


def test_what_items_with_a_place_leave_goes_to_the_others() -> None:
    two = [proposal(1, LEFT, 0.9), proposal(2, RIGHT, 0.8)]
    named = instances(ground([item("a", near=RIGHT), item("b")], two))
    assert {k: [b.bbox for b in bs] for k, bs in named.items()} == {"a": [RIGHT], "b": [LEFT]}
    assert named["b"][0].certain, "one item, one box left"
    unnamed = instances(ground([item("a"), item("b")], two))
    assert {k: [b.bbox for b in bs] for k, bs in unnamed.items()} == {
        "a": [LEFT, RIGHT],
        "b": [LEFT, RIGHT],
    }
    assert not any(b.certain for bs in unnamed.values() for b in bs)


def test_an_item_without_a_box_says_why() -> None:
    items = [
        item("seen", near=LEFT),
        item("late", near=(0.05, 0.1, 0.35, 0.9)),
        item("away", near=(0.95, 0.0, 1.0, 0.1)),
        item("rest"),
        item("faint", phrase="dog"),
        item("none", phrase="unicorn"),
    ]
    found = [proposal(1, LEFT, 0.9), proposal(1, RIGHT, 0.1, phrase="dog")]
    assert reasons(ground(items, found)) == {
        "late": "taken",
        "away": "elsewhere",
        "rest": "taken",
        "faint": "below_score",
        "none": "not_found",
    }


CLIP_CASES = [
    ((0.3, 0.25, 0.2), True),
    ((0.19, 0.1, 0.1), False),  # below min_clip
    ((0.3, 0.31, 0.2), False),  # the whole frame is as much like the phrase
    ((0.3, 0.2, 0.31), False),  # and so is any crop
]


@pytest.mark.parametrize(("clip", "verified"), CLIP_CASES)
def test_a_crop_must_be_like_its_phrase_and_more_so_than_what_is_around_it(
    clip: tuple[float, float, float], verified: bool
) -> None:
    other = proposal(1, LEFT, 0.9, phrase="dog")
    outcome = ground(
        [item("p"), item("dog", phrase="dog")], [proposal(1, LEFT, 0.9, clip=clip), other]
    )
    box = boxes(outcome)["p"]
    assert box.verified is verified
    assert (box.clip_similarity, box.clip_frame, box.clip_random) == clip


def test_the_clip_thresholds_are_the_recipe_s() -> None:
    found = [proposal(1, LEFT, 0.9, clip=(0.3, 0.25, 0.2))]
    gain = GroundingSettings(min_clip_gain=0.06)
    assert isinstance(ground([item("p")], found, settings=gain), Rejected)
    loose = GroundingSettings(min_clip_gain=0.04, min_clip=0.3)
    assert boxes(ground([item("p")], found, settings=loose))["p"].verified


def test_the_recipe_says_which_rows_survive() -> None:
    items = [item("p"), item("dog", phrase="dog")]
    found = [proposal(1, LEFT, 0.9)]
    assert reasons(ground(items, found)) == {"dog": "not_found"}
    every = ground(items, found, settings=GroundingSettings(requires="all"))
    assert isinstance(every, Rejected)
    assert every.reason == "unverified_item"
    assert "dog" in every.message and "p," not in every.message
    none = ground(items, [], settings=GroundingSettings(requires="none"))
    assert reasons(none) == {"p": "not_found", "dog": "not_found"}


def test_too_little_overlap_is_not_verified_and_none_is_no_box() -> None:
    half: Bbox = (0.2, 0.0, 0.6, 1.0)
    items = [item("a", near=half), item("dog", phrase="dog")]
    found = boxes(ground(items, [proposal(1, LEFT, 0.9), proposal(1, LEFT, 0.9, phrase="dog")]))
    assert not found["a"].verified
    assert found["dog"].verified


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


def human(name: str, bbox: Bbox, frame: str = "v/f1") -> HumanBox:
    return HumanBox(id=f"q#{name}", question="q", item=name, frame=frame, bbox=bbox)


def test_a_box_drawn_by_a_human_stands_whatever_the_detector_says() -> None:
    found = [proposal(1, LEFT, 0.9, clip=(0.1, 0.3, 0.3))]
    (box,) = instances(ground([item("p", near=LEFT)], found, by_human=(human("p", RIGHT),)))["p"]
    assert (box.id, box.bbox, box.score, box.source) == ("q#p#1", RIGHT, 1.0, "human")
    assert box.certain and box.verified and box.clip_similarity is None
    assert (box.frame_index, box.pts_seconds) == (25, 11.0)


def test_a_human_may_see_the_item_on_another_core_frame() -> None:
    (box,) = instances(ground([item("p")], [], by_human=(human("p", LEFT, "v/f2"),)))["p"]
    assert (box.frame, box.frame_index, box.pts_seconds) == ("v/f2", 75, 13.0)


def test_a_drawn_box_brings_a_question_back() -> None:
    assert isinstance(ground([item("p")], []), Rejected)
    assert set(instances(ground([item("p")], [], by_human=(human("p", LEFT),)))) == {"p"}
    every = GroundingSettings(requires="all")
    assert isinstance(ground([item("p"), item("r")], [], settings=every), Rejected)


def test_what_a_drawn_box_covers_is_no_other_item_s() -> None:
    two = [proposal(1, LEFT, 0.9), proposal(2, RIGHT, 0.8)]
    nearly_left: Bbox = (0.0, 0.0, 0.4, 0.9)
    named = instances(ground([item("a"), item("b")], two, by_human=(human("a", nearly_left),)))
    assert [b.bbox for b in named["a"]] == [nearly_left]
    assert [(b.bbox, b.certain) for b in named["b"]] == [(RIGHT, True)]
    elsewhere: Bbox = (0.35, 0.0, 0.55, 1.0)
    named = instances(ground([item("a"), item("b")], two, by_human=(human("a", elsewhere),)))
    assert [b.bbox for b in named["b"]] == [LEFT, RIGHT], "it is neither of the two"


def test_a_drawn_box_of_what_the_evidence_does_not_name_changes_nothing() -> None:
    plain = ground([item("p")], [proposal(1, LEFT, 0.9)])
    for useless in (human("gone", RIGHT), human("p", RIGHT, "v/f3")):
        assert ground([item("p")], [proposal(1, LEFT, 0.9)], by_human=(useless,)) == plain


CLAIMS = (
    Claim(text="One.", frames=("v/f1",)),
    Claim(text="Both.", frames=("v/f2", "v/f1")),
    Claim(text="So it is.", frames=()),
)


def intervals(outcome: Outcome) -> dict[str, Interval]:
    return {r.id: r for r in kept(outcome) if isinstance(r, Interval)}


def test_claims_last_from_their_first_frame_to_the_end_of_their_last() -> None:
    found = intervals(ground([item("p")], [proposal(1, LEFT, 0.9)], CLAIMS))
    times = {name: (i.start_seconds, i.end_seconds) for name, i in found.items()}
    assert times["q#0"] == pytest.approx((11.0, 11.04))
    # 13.0 + 1/25 is after the video's end at 13.02.
    assert times["q#1"] == pytest.approx((11.0, 13.02))
    assert set(times) == {"q#0", "q#1"}
    assert found["q#0"].pts_seconds == (11.0,)
    assert found["q#1"].pts_seconds == (11.0, 13.0)


def test_claims_last_as_long_as_neighbouring_captions_say_the_same() -> None:
    lasting = (Lasting(id="v/f1", first_seconds=10.5, last_seconds=12.0),)
    found = intervals(
        ground([item("p")], [proposal(1, LEFT, 0.9)], CLAIMS, lasting=lasting),
    )
    times = {name: (i.start_seconds, i.end_seconds) for name, i in found.items()}
    assert times["q#0"] == pytest.approx((10.5, 12.04))
    assert times["q#1"] == pytest.approx((10.5, 13.02))


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
def test_no_placed_box_is_given_twice_and_every_item_has_boxes_or_a_reason(
    nears: list[Bbox | None], found: list[tuple[Bbox, float]]
) -> None:
    items = [item(f"p{i}", near=near) for i, near in enumerate(nears)]
    proposals = [proposal(i, bbox, score) for i, (bbox, score) in enumerate(found)]
    outcome = ground(items, proposals, settings=GroundingSettings(requires="none"))
    assert isinstance(outcome, Kept)
    rows, why = instances(outcome), reasons(outcome)
    assert set(rows) | set(why) == {key_item.item for key_item in items}
    assert not set(rows) & set(why)
    placed = [k.item for k in items if k.near is not None and k.item in rows]
    given_away = [(rows[name][0].bbox, rows[name][0].score) for name in placed]
    for pair in set(given_away):
        assert given_away.count(pair) <= found.count(pair)
    assert all(b.score >= 0.4 for bs in rows.values() for b in bs)
    for key_item in items:
        if key_item.near is not None and key_item.item in rows:
            (box,) = rows[key_item.item]
            assert box.certain
            assert box.verified == (overlap(key_item.near, box.bbox) >= 0.5)
