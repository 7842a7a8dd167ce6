"""A person's verdicts: by keys, kept over a reload, and saved as a run reads them."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from pipeline.overrides import read_box_overrides, read_overrides
from pipeline.records import BoxOverride, Override
from tests.report.conftest import DESKTOP, PHONE, Open
from tests.report.entries import Entries, item, some

if TYPE_CHECKING:
    from playwright.sync_api import Page


def go(page: "Page", name: str) -> None:
    page.goto(f"{page.url.split('#')[0]}#/{name}")
    page.locator(".review").wait_for()


def save(page: "Page", folder: Path, button: str) -> Path:
    if page.locator("dialog[open]").count() == 0:
        page.click("#save")
    with page.expect_download() as download:
        page.click(button)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    page.keyboard.press("Escape")
    return path


def overrides(page: "Page", folder: Path) -> dict[str, Override]:
    path = save(page, folder, "#save-overrides")
    assert path.name == "overrides.csv"
    return {override.id: override for override in read_overrides(path)}


def boxes(page: "Page", folder: Path) -> dict[str, BoxOverride]:
    path = save(page, folder, "#save-boxes")
    assert path.name == "box_overrides.csv"
    return {box.id: box for box in read_box_overrides(path)}


def drag(page: "Page", frame: int, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place on a frame's picture to another one, as shares of it."""
    picture = page.locator(f".frame[data-frame='{frame}'] .picture")
    picture.scroll_into_view_if_needed()
    area = picture.bounding_box()
    assert area is not None
    for place, does in ((start, page.mouse.down), (end, page.mouse.up)):
        page.mouse.move(area["x"] + place[0] * area["width"], area["y"] + place[1] * area["height"])
        does()


def test_verdicts_by_keys_are_saved_as_a_run_reads_them(opened: Open, tmp_path: Path) -> None:
    page = opened(Entries(some()))
    go(page, "q1")
    page.keyboard.press("k")
    assert page.locator("#do-keep").get_attribute("aria-pressed") == "true"
    go(page, "q2")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    assert page.locator("dialog .bad").inner_text() == "A rejection needs a reason."
    reason = 'two men, "not one",\nand a dog'
    page.fill("#asked", reason)
    page.click("dialog button.main")
    assert page.locator(".yours").inner_text() == 'You reject it two men, "not one", and a dog'
    go(page, "r1")
    page.keyboard.press("e")
    assert page.input_value("#asked") == "It passes the dogs."
    page.fill("#asked", "  It waits, then passes. ")
    page.keyboard.press("Enter")
    assert overrides(page, tmp_path) == {
        "q1": Override(id="q1", action="keep", reason=None, answer=None),
        "q2": Override(id="q2", action="reject", reason=reason, answer=None),
        "r1": Override(id="r1", action="keep", reason=None, answer="It waits, then passes."),
    }
    page.keyboard.press("Escape")
    assert page.locator(".card[data-id='r1'] .mine").inner_text() == "you: corrected"
    page.select_option("#filter-verdict", "reject")
    assert page.locator(".card").count() == 1


def test_verdicts_survive_a_reload_and_can_be_undone(opened: Open, tmp_path: Path) -> None:
    page = opened(Entries(some()), path="#/q1")
    page.keyboard.press("k")
    page.reload()
    assert page.locator(".mine").all_inner_texts()[:1] == ["you: keep"]
    assert page.locator(".unsaved").inner_text() == "1 change"
    page.keyboard.press("u")
    assert page.locator("#item .mine").count() == 0
    assert page.locator(".unsaved").count() == 0
    assert overrides(page, tmp_path) == {}


def test_a_correction_that_corrects_nothing_keeps(opened: Open, tmp_path: Path) -> None:
    page = opened(Entries(some()), path="#/q1")
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    assert overrides(page, tmp_path)["q1"] == Override(
        id="q1", action="keep", reason=None, answer=None
    )


def test_what_the_files_said_before_is_in_the_saved_files(opened: Open, tmp_path: Path) -> None:
    before = (
        Override(id="gone", action="keep", reason="a reason", answer=None),
        Override(id="q1", action="reject", reason="old", answer=None),
    )
    drawn = BoxOverride(
        id="q1#tram_1", question="q1", item="tram_1", frame="v1/f75", bbox=(0.1, 0.2, 0.3, 0.4)
    )
    page = opened(Entries(some(), before, (drawn,)), path="#/q1")
    assert page.locator("#item .mine").all_inner_texts() == ["you: reject", "you: 1 box"]
    assert page.locator(".unsaved").count() == 0
    assert page.locator(".frame[data-frame='0'] .box[data-item='tram_1']").count() == 0
    assert page.locator(".frame[data-frame='1'] .label").inner_text() == "tram_1, by hand"
    page.keyboard.press("k")
    assert boxes(page, tmp_path) == {drawn.id: drawn}
    assert overrides(page, tmp_path) == {
        "gone": before[0],
        "q1": Override(id="q1", action="keep", reason=None, answer=None),
    }
    page.keyboard.press("u")
    assert overrides(page, tmp_path)["q1"] == before[1], "undo goes back to what the file says"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_box_is_corrected_by_dragging(
    opened: Open, tmp_path: Path, size: tuple[int, int]
) -> None:
    page = opened(Entries(some()), size, path="#/q1")
    drag(page, 1, (0.2, 0.3), (0.5, 0.6))
    assert page.locator(".unsaved").count() == 0, "without the mode nothing is drawn"
    page.keyboard.press("b")
    assert page.input_value("#drawn-item") == "lamp_1", "the one that has no box"
    drag(page, 1, (0.6, 0.75), (0.2, 0.25))
    assert page.locator(".frame[data-frame='1'] .box.by-hand").count() == 1
    page.select_option("#drawn-item", "dog_2")
    drag(page, 2, (0.5, 0.5), (1.2, 0.9))
    page.keyboard.press("Escape")
    assert page.locator(".drawing").count() == 0
    assert "lamp_1 “lamp” frame 2: drawn by hand" in page.locator(".items").inner_text()
    found = boxes(page, tmp_path)
    assert set(found) == {"q1#lamp_1", "q1#dog_2"}
    lamp, dog = found["q1#lamp_1"], found["q1#dog_2"]
    assert (lamp.question, lamp.item, lamp.frame) == ("q1", "lamp_1", "v1/f75")
    assert lamp.bbox == pytest.approx((0.2, 0.25, 0.6, 0.75), abs=0.01)
    assert dog.bbox[2] == 1.0, "a box ends with its picture"
    page.keyboard.press("u")
    assert page.locator(".by-hand").count() == 0


def test_too_small_a_box_is_none(opened: Open) -> None:
    page = opened(Entries(some()), path="#/q1")
    page.keyboard.press("b")
    drag(page, 0, (0.5, 0.5), (0.502, 0.7))
    assert "too small" in page.locator("#said").inner_text()
    assert page.locator(".by-hand").count() == 0


def test_a_keep_that_is_not_enough_says_so(opened: Open) -> None:
    page = opened(Entries(some()), path="#/r2")
    page.keyboard.press("k")
    assert page.locator("#said").inner_text() == "It needs a box."


def test_where_a_browser_keeps_nothing_one_is_told_to_save(opened: Open, tmp_path: Path) -> None:
    page = opened(Entries(some()))
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })"
    )
    go(page, "q1")
    page.reload()
    page.keyboard.press("k")
    page.click("#save")
    assert "lost when you close it" in page.locator("dialog").inner_text()
    assert set(overrides(page, tmp_path)) == {"q1"}


def test_it_says_where_the_files_go(opened: Open) -> None:
    page = opened(Entries(some()))
    page.keyboard.press("s")
    text = page.locator("dialog").inner_text()
    assert "work/street/overrides.csv" in text and "work/street/box_overrides.csv" in text
    assert "demitasse run work/street/recipe.yaml --work work/street" in text
    assert page.locator("#save-boxes").is_disabled()


def test_the_keyboard_is_enough(opened: Open) -> None:
    page = opened(Entries(some()))
    order = page.locator(".card").evaluate_all("(cards) => cards.map((card) => card.dataset.id)")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    assert page.url.endswith(f"#/{quote(order[1], safe='')}")
    page.keyboard.press("ArrowRight")
    page.locator(f"text=3 of {len(order)}").wait_for()
    page.keyboard.press("p")
    page.locator(f"text=2 of {len(order)}").wait_for()
    page.keyboard.press("Escape")
    page.locator("#home").wait_for()
    assert page.evaluate("document.activeElement.dataset.id") == order[1], "back where one was"
    page.keyboard.press("/")
    page.keyboard.type("kr?")
    assert page.input_value("#filter-words") == "kr?", "what is typed into a field is no command"
    page.locator("h2").first.click()
    page.keyboard.press("?")
    assert "draw a box on a frame" in page.locator("dialog").inner_text()


def test_an_entry_without_key_items_offers_no_box(opened: Open) -> None:
    page = opened(Entries([item("q1", items=(), boxes=())]), path="#/q1")
    assert page.locator("#do-box").is_disabled()
    page.keyboard.press("b")
    assert page.locator(".drawing").count() == 0
