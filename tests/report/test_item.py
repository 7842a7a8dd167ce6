"""One entry in full: what belongs together lights up together, times are where they are."""

from typing import TYPE_CHECKING

import pytest

from tests.report.conftest import Open
from tests.report.entries import Entries, item, some

if TYPE_CHECKING:
    from playwright.sync_api import Page


def lit(page: "Page") -> set[str]:
    return set(
        page.locator(".lit").evaluate_all("(nodes) => nodes.map((node) => node.dataset.token)")
    )


def test_a_claim_lights_its_frames_and_items(opened: Open) -> None:
    page = opened(Entries(some()), path="#/q1")
    page.locator(".claims li").first.focus()
    assert lit(page) == {"c:0", "f:0", "f:1", "i:tram_1", "i:dog_1"}
    page.locator(".span[data-token='c:1']").hover()
    assert lit(page) == {"c:1", "f:2", "i:dog_2"}


def test_a_key_item_lights_its_boxes_and_dims_the_others(opened: Open) -> None:
    page = opened(Entries(some()), path="#/q1")
    page.locator(".obj[data-token='i:dog_1']").hover()
    assert lit(page) == {"i:dog_1", "f:0", "c:0"}
    page.wait_for_timeout(200)
    opacity = "(g) => getComputedStyle(g).opacity"
    frame = page.locator(".frame[data-frame='0']")
    assert frame.locator(".box[data-item='dog_1']").first.evaluate(opacity) == "1"
    assert frame.locator(".box[data-item='tram_1']").evaluate(opacity) == "0.22"
    page.locator("h1").hover()
    assert lit(page) == set()


def test_a_box_and_a_tick_light_what_they_belong_to(opened: Open) -> None:
    page = opened(Entries(some()), path="#/q1")
    page.locator(".frame[data-frame='2'] .box .edge").hover()
    assert lit(page) == {"i:dog_2", "f:2", "c:1"}
    page.locator(".tick[data-token='f:1']").hover()
    assert lit(page) == {"f:1", "c:0", "i:tram_1"}


def test_the_timeline_is_to_scale(opened: Open) -> None:
    page = opened(Entries([item("q1", end=6.0)]), path="#/q1")
    track = page.locator(".ticks").bounding_box()
    assert track is not None

    def at(selector: str) -> float:
        area = page.locator(selector).bounding_box()
        assert area is not None
        return area["x"] - track["x"]

    scale = track["width"] / 6.0
    assert page.locator(".timeline small").inner_text() == "the whole video"
    assert at(".tick[data-token='f:0']") + 11 == pytest.approx(1.0 * scale, abs=1)
    assert at(".tick[data-token='f:2']") + 11 == pytest.approx(4.0 * scale, abs=1)
    claim = page.locator(".span[data-token='c:0']").bounding_box()
    assert claim is not None
    assert (claim["x"] - track["x"], claim["width"]) == pytest.approx(
        (1.0 * scale, 2.04 * scale), abs=1
    )
    assert page.locator(".span").count() == 2, "a claim that cites no frame has no time"


def test_of_a_long_video_the_part_is_drawn_that_is_spoken_of(opened: Open) -> None:
    page = opened(Entries([item("q1", end=3600.0)]), path="#/q1")
    assert page.locator(".timeline small").inner_text() == "of a video of 3600.00 s"
    first, last = (page.locator(f".tick[data-token='f:{i}']").bounding_box() for i in (0, 2))
    assert first is not None and last is not None
    assert last["x"] - first["x"] > 300
    assert page.locator(".axis").inner_text().split("\n") == ["0.50 s", "4.54 s"]


def test_all_that_is_known_is_said(opened: Open) -> None:
    page = opened(Entries(some()), path="#/r2")
    text = page.locator("#item").inner_text()
    for words in (
        "rejected in grounding: no verified box",
        "It needs a box.",
        "It passes the dogs.",
        "consistent with frames All is there.",
        "endpoint, m@1",
        "abababababab",
        "licence\nCC-BY-4.0",
        "demitasse inspect work/street r2 --calls",
        "1.00 to 3.04 s, frame 1, 2",
    ):
        assert words in text
    assert page.locator(".options .right").inner_text() == "B It passes the dogs. the answer"
    page.goto(page.url.replace("#/r2", "#/f1"))
    assert (
        "evidence: failed (Truncated): the reply did not end" in page.locator("#item").inner_text()
    )


def test_a_unit_says_why_and_is_not_judged(opened: Open) -> None:
    page = opened(Entries(some()), path="#/captions%3Av9%2Fw0")
    assert page.locator("h1").inner_text() == "its worker died twice"
    assert page.locator(".review").count() == 0
    page.keyboard.press("k")
    assert page.locator(".mine").count() == 0
