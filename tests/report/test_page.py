"""The page as a file: it stands alone, and what comes from data stays text."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from pipeline.overrides import read_overrides
from pipeline.report.collect import collect
from pipeline.report.page import embedded, render
from tests.report.conftest import Open
from tests.report.entries import Entries, item, rejected, some
from tests.report.test_review import overrides

EVIL = "<script>alert(1)</script></script><!--<img src=x onerror=alert(2)>\u2028'\"&amp;{{ 7*7 }}"


def hostile() -> Entries:
    """Every text that data can bring says something that a browser might obey."""
    made = item("q1")
    evil = replace(
        made,
        question=EVIL,
        answer=EVIL,
        written_answer=EVIL,
        message=EVIL,
        source=EVIL,
        hint=EVIL,
        options=(EVIL, "b", "c", "d"),
        frames=tuple(replace(f, caption=EVIL) for f in made.frames),
        items=tuple(replace(i, phrase=EVIL, missing=EVIL) for i in made.items),
        evidence=f"{EVIL}<obj>{EVIL}</obj>",
        claims=tuple(replace(c, text=f"{c.text} {EVIL}") for c in made.claims),
        judgements=tuple(replace(j, reason=EVIL, criterion=EVIL) for j in made.judgements),
        written=tuple(replace(w, model=EVIL, reported=EVIL) for w in made.written),
        facts=((EVIL, EVIL),),
    )
    other = rejected('"><b id="x"', EVIL, EVIL, task=EVIL)
    return Entries([evil, other], title=EVIL)


class Elements(HTMLParser):
    """Counts elements as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_file_refers_to_nothing_outside_itself() -> None:
    found = Elements()
    found.feed(render(collect(Entries(some()), 200)))
    assert set(found.links) == {"data:,", "#"}
    assert found.tags.count("script") == 2
    assert "link" in found.tags and "iframe" not in found.tags


def test_the_script_makes_no_markup_of_data() -> None:
    text = render(collect(Entries([]), 1))
    script = text.split("<script>")[1].split("</script>")[0]
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in script
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", script)


def test_the_data_is_json_that_cannot_end_its_element() -> None:
    text = embedded(collect(hostile(), 200))
    assert "<" not in text and "\u2028" not in text
    assert json.loads(text)["items"][0]["question"] in (EVIL, item('"><b id="x"').question)


def test_hostile_words_are_shown_and_not_obeyed(opened: Open, tmp_path: Path) -> None:
    page = opened(hostile())
    alerts: list[str] = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))
    assert page.locator(".home").inner_text() == page.evaluate("(t) => t.trim()", EVIL)
    assert page.locator("body script").count() == 2
    assert page.locator(".card").count() == 2
    page.locator(".card", has_text="alert(1)").first.click()
    assert page.locator("h1").text_content() == EVIL
    assert page.locator("figcaption .caption").first.text_content() == EVIL
    assert EVIL in (page.locator(".claims li").first.text_content() or "")
    assert page.locator("#item img[src='x'], #item script, #item b[id]").count() == 0
    page.keyboard.press("e")
    page.fill("#asked", EVIL.replace("\u2028", " "))
    page.click("dialog button.main")
    assert overrides(page, tmp_path)["q1"].answer == EVIL.replace("\u2028", " ")
    assert read_overrides(tmp_path / "overrides.csv")
    assert alerts == []


def test_a_page_from_a_disk_is_the_same_whoever_reads_it(tmp_path: Path, opened: Open) -> None:
    file = tmp_path / "a b é.html"
    file.write_text(render(collect(Entries(some()), 200)), encoding="utf-8")
    page = opened(file, path="#/q1")
    assert page.locator(".frame").count() == 3
