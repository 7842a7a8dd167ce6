"""Selection of what is asked at a pause: its samples end where the video stops."""

from pathlib import Path
from typing import Any

from pipeline.recipe import Identity, Recipe
from pipeline.records import DetectedObject, Interval, Pause, Rejection, Sample, Unboxed
from pipeline.stages.selection import stage
from pipeline.stages.selection_rules.paused import Known, Point, Scoped
from pipeline.store import BlobStore, Store
from tests.stages.selection_cases import FRAMES, asked, complete, video
from tests.stages.units import kept, run, unit

STAGE = stage(Recipe(name="t", identity=Identity(recipe="pause_and_think")))
BLOBS = BlobStore(Store(Path("unused")))
POINT = Point(
    id="g",
    policy="boundary",
    clip_start_seconds=0.25,
    clip_end_seconds=2.0,
    shown_start_seconds=0.5,
    question_seconds=1.04,
)
QUESTION = asked("a", task="factual_past", answer="A cup was there. It is gone.")


def known(at: int, *labels: str) -> Known:
    box = (0.1, 0.1, 0.5, 0.5)
    objects = tuple(DetectedObject(label=label, bbox=box, score=0.9) for label in labels)
    return Known(id=FRAMES[at], pts_seconds=float(at), text="", objects=objects)


def select(*more: Any, rows: list[Any] | None = None) -> Sample | Rejection:
    given = [POINT, Scoped(id="a", scope="goal"), *(rows or complete(QUESTION)), *more]
    (outcome,) = run(STAGE, BLOBS, unit(STAGE, "v", *video(), *given))
    (found,) = kept(outcome)
    assert isinstance(found, Sample | Rejection)
    return found


def test_a_sample_says_where_the_video_stands_still_and_ends_there() -> None:
    found = select(known(0, "cup"), known(2, "knife"))
    assert isinstance(found, Sample)
    assert found.pause == Pause(
        question_seconds=1.04,
        shown_start_seconds=0.5,
        clip_start_seconds=0.25,
        clip_end_seconds=2.0,
        policy="boundary",
        scope="goal",
    )
    assert (found.start_seconds, found.end_seconds) == (0.5, 1.04)


def test_a_claim_holds_no_longer_than_what_is_shown() -> None:
    rows = [row for row in complete(QUESTION) if not isinstance(row, Interval)]
    long = Interval(
        id="a#0", question="a", video="v", claim="Long.", pts_seconds=(1.0,), start_seconds=0.0,
        end_seconds=2.0,
    )  # fmt: skip
    found = select(rows=[*rows, long])
    assert isinstance(found, Sample)
    (interval,) = found.intervals
    assert (interval.start_seconds, interval.end_seconds) == (0.5, 1.04)


def test_what_shows_only_afterwards_is_not_spoken_of() -> None:
    found = select(known(0), known(1, "bus"), known(2, "cup"))
    assert isinstance(found, Rejection)
    assert (found.stage, found.reason) == ("selection", "future_leak")
    assert isinstance(select(known(0), known(1, "cup"), known(2, "cup")), Sample)


def test_a_key_item_without_a_box_is_not_visible() -> None:
    missing = Unboxed(
        id="a#cup_1", question="a", video="v", item="cup_1", phrase="cup", frame=FRAMES[0],
        reason="below_score",
    )  # fmt: skip
    found = select(missing)
    assert isinstance(found, Rejection)
    assert found.reason == "object_not_visible"


def test_no_other_recipe_reads_what_is_of_the_pause() -> None:
    plain = stage(Recipe(name="t"))
    assert {t.stage for t in STAGE.tables} - {t.stage for t in plain.tables} == {
        "pause_points",
        "captions",
    }
