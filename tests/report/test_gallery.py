"""The gallery and its filters."""

from typing import TYPE_CHECKING

import pytest

from tests.report.conftest import DESKTOP, PHONE, Open
from tests.report.entries import Entries, item, some

if TYPE_CHECKING:
    from playwright.sync_api import Page


def shown(page: "Page") -> set[str]:
    return set(page.locator(".card").evaluate_all("(cards) => cards.map((c) => c.dataset.id)"))


ALL = {entry.id for entry in some()}


def test_all_kinds_are_there_to_be_looked_at(opened: Open) -> None:
    page = opened(Entries(some()))
    assert shown(page) == ALL
    assert page.locator("#count").inner_text() == "8 entries"
    tiles = " ".join(page.locator(".tiles").inner_text().split())
    assert tiles == ("7 questions 2 samples 3 rejected 1 failed 1 waiting 1 units came to nothing")


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("outcome", "sample, train", {"q1"}),
        ("outcome", "sample, test", {"q2"}),
        ("outcome", "rejected in verdicts", {"r1"}),
        ("outcome", "failed in captions", {"captions:v9/w0"}),
        ("outcome", "waiting", {"w1"}),
        ("task", "traffic_analysis", {"q2", "r3"}),
        ("reason", "near_duplicate", {"r3"}),
        ("reason", "incomplete", {"f1"}),
        ("verdict", "none yet", ALL),
    ],
)
def test_filters(opened: Open, name: str, value: str, wanted: set[str]) -> None:
    page = opened(Entries(some()))
    page.select_option(f"#filter-{name}", value)
    assert shown(page) == wanted
    page.click("#filter-clear")
    page.locator(".card").nth(len(ALL) - 1).wait_for()
    assert shown(page) == ALL


def test_filters_add_up_and_nothing_is_said_to_be_nothing(opened: Open) -> None:
    page = opened(Entries(some()))
    page.select_option("#filter-task", "traffic_analysis")
    page.fill("#filter-words", "stands nothing")
    assert shown(page) == {"q2"}
    assert page.locator("#count").inner_text() == "1 of 8 entries"
    page.select_option("#filter-reason", "near_duplicate")
    assert shown(page) == set()
    assert page.locator(".nothing").inner_text() == "Nothing passes these filters."
    page.click("#filter-clear")
    page.fill("#filter-words", "R2")
    assert shown(page) == {"r2"}, "an id is found, in any case of letters"


def test_the_next_entry_is_the_next_that_passes(opened: Open) -> None:
    page = opened(Entries(some()))
    page.select_option("#filter-task", "traffic_analysis")
    page.locator(".card").first.click()
    assert page.locator(".place").inner_text() == "1 of 2"
    page.click("text=next →")
    assert page.locator(".place").inner_text() == "2 of 2"
    page.click("text=↑ all")
    assert shown(page) == {"q2", "r3"}, "the filters are as they were"


def test_a_chart_s_line_picks_what_it_counts(opened: Open) -> None:
    page = opened(Entries(some()))
    page.click("#chart-reasons .pick >> text=selection: near_duplicate")
    assert shown(page) == {"r3"}
    page.locator("#chart-tasks .pick", has_text="traffic analysis").focus()
    page.keyboard.press("Enter")
    assert shown(page) == {"q2", "r3"}, "the chart's filter replaces the others"


def test_an_empty_source_has_a_page(opened: Open) -> None:
    page = opened(Entries([]))
    assert page.locator(".nothing").inner_text() == "There is nothing to show yet."


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", ["", "#/q1", "#/r2", "#/captions%3Av9%2Fw0"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_is_wider_than_the_screen(
    opened: Open, path: str, size: tuple[int, int], dark: bool
) -> None:
    long = item("q9", question="W" * 300, evidence="w" * 300, claims=(), answer="m" * 200)
    page = opened(Entries([*some(), long]), size, path=path, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(22, 24, 26)" if dark else "rgb(255, 255, 255)")


def test_buttons_are_large_enough_for_a_thumb(opened: Open) -> None:
    page = opened(Entries(some()), PHONE, path="#/q1")
    for button in page.locator(".review button").all():
        area = button.bounding_box()
        assert area is not None and area["height"] >= 44 and area["width"] >= 44
