"""What only some recipes know of a sample stands on its page, and nothing where it is not there."""

from dataclasses import replace

from pipeline.publish.published import PublishedDifficulty
from pipeline.records import Pause
from pipeline.report.particulars import particulars
from pipeline.report.rows import sample_item
from tests.publish.exports.rows import ROW
from tests.report.conftest import PHONE, Open
from tests.report.entries import Entries, item
from tests.stages.routing import path

PAUSE = Pause(
    question_seconds=20.0,
    shown_start_seconds=12.0,
    clip_start_seconds=10.0,
    clip_end_seconds=24.5,
    policy="boundary",
    scope="goal",
)
ROUTE = path(["straight", "left"], ("bench", "clock"), ("eating",))
DIFFICULTY = PublishedDifficulty(
    problem_type="exact_match",
    problem="Why?",
    solution="C",
    spans=(),
    samples=8,
    right=2,
    unparsed=1,
    counted=8,
    pass_rate=0.25,
    mean_reward=1.25,
    frames=(),
    policy="policy@1",
)
TOLD = {
    "Pause": [
        "asked at 20.00 s, about the goal (boundary)",
        "shown from 12.00 s up to there",
        "clip from 10.00 to 24.50 s",
    ],
    "Route": [
        "0.0 to 4.0 s: straight, near bench (confidence 0.90)",
        "4.0 to 8.0 s: left, 90 degrees (confidence 0.90)",
        "landmarks: bench at 0.0 s, clock at 3.0 s",
        "actions: eating at 0.0 s",
    ],
    "Difficulty": [
        "pass rate 25%: 2 of 8 answers of policy@1 are right",
        "8 answers in all, 1 unread; mean reward 1.25",
        "asked as exact_match, right is C",
    ],
}


def test_what_is_not_there_has_no_heading() -> None:
    assert particulars(None, None, None) == ()
    assert sample_item(ROW).particulars == ()
    assert [part.title for part in particulars(PAUSE, None, DIFFICULTY)] == ["Pause", "Difficulty"]


def test_a_page_shows_pause_route_and_difficulty(opened: Open) -> None:
    row = replace(ROW, pause=PAUSE, route=ROUTE, difficulty=DIFFICULTY)
    found = sample_item(row).particulars
    page = opened(Entries([item("q1", particulars=found), item("q2")]), PHONE, path="#/q1")
    page.locator(".particulars").first.wait_for()
    shown = {
        part.locator("h2").inner_text(): part.locator("li").all_inner_texts()
        for part in page.locator(".particulars").all()
    }
    assert shown == TOLD
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE[0]
    page.goto(page.url.replace("#/q1", "#/q2"))
    assert page.locator(".particulars").count() == 0
