"""A real browser over a page from the disk; it fails a test that makes it complain."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.report.collect import collect
from pipeline.report.page import render
from pipeline.report.source import Source

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

DESKTOP, PHONE = (1360, 900), (390, 844)

Open = Callable[..., "Page"]


# Not for the whole session: while it is there, its event loop is, and no other test could run one.
@pytest.fixture(scope="package")
def chromium() -> Iterator["Browser"]:
    """Chromium as it is installed; none is ever fetched."""
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        pytest.skip("no Chromium on this machine: these tests look at the page in a real one")
    driver = pytest.importorskip("playwright.sync_api", reason="the `dev` extra has playwright")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: "Browser", tmp_path: Path) -> Iterator[Open]:
    """`opened(source, size=PHONE, dark=True, path="#/q1")` is the page of a source.

    At the end of the test no page may have logged anything, or asked for anything but itself.
    """
    said: list[str] = []
    asked: list[str] = []

    def log(message: "ConsoleMessage") -> None:
        said.append(f"{message.type}: {message.text}")

    def open_page(
        source: Source | Path,
        size: tuple[int, int] = DESKTOP,
        *,
        dark: bool = False,
        path: str = "",
        most: int = 200,
    ) -> "Page":
        file = tmp_path / "report.html"
        if isinstance(source, Path):
            file = source
        else:
            file.write_text(render(collect(source, most)), encoding="utf-8")
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", log)
        page.on("pageerror", lambda error: said.append(f"exception: {error}"))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{file.as_uri()}{path}")
        return page

    yield open_page
    for context in chromium.contexts:
        for page in context.pages:
            # What the page itself knows of having loaded: nothing but what stands inside it.
            entries = page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
            asked.extend(entries)
        context.close()
    assert said == []
    outside = [u for u in asked if not u.startswith(("file://", "data:image/jpeg;", "blob:"))]
    assert outside == []
    assert all(u.split("#")[0].endswith(".html") for u in asked if u.startswith("file://"))
