"""Boxes are where they should be, to the pixel, at any width; labels stay in the picture."""

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.report.conftest import DESKTOP, PHONE, Open
from tests.report.entries import BOXES, Entries, item

if TYPE_CHECKING:
    from playwright.sync_api import Page

Edges = tuple[float, float, float, float]
PINK = (0xCC, 0x79, 0xA7)
"""The fourth colour: of `tram_1`, the last of the key items' names."""

PAINTED = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"""
"""Labels are placed when the browser has laid out the frames."""

RECTS = """() => [...document.querySelectorAll('.frame')].map((figure) => {
  const area = (node) => {
    const r = node.getBoundingClientRect();
    return [r.left, r.top, r.right, r.bottom];
  };
  return {
    picture: area(figure.querySelector('.picture')),
    image: area(figure.querySelector('img')),
    boxes: [...figure.querySelectorAll('.box')].map((box) => {
      const edge = box.querySelector('.edge');
      const { x, y, width, height } = edge.getBBox();
      const on = edge.getScreenCTM();
      const at = (px, py) => {
        const p = new DOMPoint(px, py).matrixTransform(on);
        return [p.x, p.y];
      };
      return { item: box.dataset.item, at: [...at(x, y), ...at(x + width, y + height)] };
    }),
    labels: [...figure.querySelectorAll('.label')].map((label) => area(label)),
  };
})"""


def figures(page: "Page") -> list[dict[str, Any]]:
    page.evaluate("() => Promise.all([...document.images].map((image) => image.decode()))")
    page.evaluate(PAINTED)
    found: list[dict[str, Any]] = page.evaluate(RECTS)
    return found


def placed(area: Edges, bbox: Edges) -> list[float]:
    """Where a box lies on the screen."""
    left, top, right, bottom = area
    x1, y1, x2, y2 = bbox
    wide, tall = right - left, bottom - top
    return [left + x1 * wide, top + y1 * tall, left + x2 * wide, top + y2 * tall]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_edge_is_where_the_box_says(opened: Open, size: tuple[int, int]) -> None:
    page = opened(Entries([item("q1")]), size, path="#/q1")
    found = figures(page)
    assert [len(figure["boxes"]) for figure in found] == [3, 1, 1]
    for place, figure in enumerate(found):
        assert figure["image"] == pytest.approx(figure["picture"], abs=0.02)
        assert figure["picture"][2] - figure["picture"][0] > 200
        wanted = [
            (box.item, placed(figure["image"], box.bbox)) for box in BOXES if box.frame == place
        ]
        drawn = [(box["item"], box["at"]) for box in figure["boxes"]]
        for (name, at), (drawn_name, drawn_at) in zip(sorted(wanted), sorted(drawn), strict=True):
            assert drawn_name == name
            assert drawn_at == pytest.approx(at, abs=0.1)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_painted_line_lies_on_the_edge(opened: Open, size: tuple[int, int]) -> None:
    page = opened(Entries([item("q1")]), size, path="#/q1")
    area = figures(page)[0]["image"]
    page.evaluate("document.querySelectorAll('.labels').forEach((node) => node.remove())")
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
    pixels[round(area[3]) :] = 0  # below is the next frame
    pixels[:, round(area[2]) :] = 0
    rows, columns = np.nonzero(np.abs(pixels - PINK).max(axis=2) < 30)
    # A line of three pixels has the edge in its middle; pixel `n` reaches from `n` to `n + 1`.
    edges = [columns.min() + 1.5, rows.min() + 1.5, columns.max() - 0.5, rows.max() - 0.5]
    assert edges == pytest.approx(placed(area, BOXES[0].bbox), abs=1)
    left, top, right, bottom = map(round, placed(area, (0.3, 0.3, 0.55, 0.45)))
    assert _is_grey(pixels[top:bottom, left:right]), "nothing is painted inside a box"


def _is_grey(pixels: npt.NDArray[Any]) -> bool:
    return bool((pixels.max(axis=2) - pixels.min(axis=2) < 12).all())


@pytest.mark.parametrize("size", [DESKTOP, PHONE, (320, 640)], ids=["desktop", "phone", "small"])
def test_labels_stay_in_the_picture_and_apart(opened: Open, size: tuple[int, int]) -> None:
    page = opened(Entries([item("q1")]), size, path="#/q1")
    for figure in figures(page):
        left, top, right, bottom = figure["picture"]
        for n, (l1, t1, r1, b1) in enumerate(figure["labels"]):
            assert l1 >= left - 0.5 and t1 >= top - 0.5
            assert r1 <= right + 0.5 and b1 <= bottom + 0.5
            for l2, t2, r2, b2 in figure["labels"][:n]:
                assert r1 <= l2 or r2 <= l1 or b1 <= t2 + 0.01 or b2 <= t1 + 0.01


def test_doubtful_boxes_look_doubtful(opened: Open) -> None:
    page = opened(Entries([item("q1")]), path="#/q1")

    def style(place: int, name: str) -> tuple[str, str]:
        edge = page.locator(f".frame[data-frame='{place}'] .box[data-item='{name}'] .edge").first
        found = edge.evaluate(
            "(e) => [getComputedStyle(e).strokeWidth, getComputedStyle(e).strokeDasharray]"
        )
        return found[0], found[1]

    assert style(0, "tram_1") == ("3px", "none")
    assert style(1, "tram_1") == ("1.5px", "none")
    assert style(0, "dog_1") == ("3px", "7px, 5px")
    labels = page.locator(".frame[data-frame='0'] .label").all_inner_texts()
    assert sorted(labels) == ["dog_1 0.58, may be it", "dog_1 0.61, may be it", "tram_1 0.75"]
    assert page.locator(".frame[data-frame='1'] .label").inner_text() == "tram_1 0.44, not verified"
    assert "no box, the detector found nothing" in page.locator(".items").inner_text()


def test_boxes_follow_when_the_window_is_resized(opened: Open) -> None:
    page = opened(Entries([item("q1")]), path="#/q1")
    before = figures(page)[0]["boxes"][0]["at"]
    page.set_viewport_size({"width": 500, "height": 800})
    after = figures(page)[0]
    assert after["boxes"][0]["at"] != pytest.approx(before, abs=1)
    assert after["boxes"][0]["at"] == pytest.approx(placed(after["image"], BOXES[0].bbox), abs=0.1)


def test_a_frame_without_a_picture_keeps_its_shape_and_boxes(opened: Open) -> None:
    made = item("q1")
    bare = tuple(replace(frame, picture=None) for frame in made.frames)
    page = opened(Entries([replace(made, frames=bare)]), path="#/q1")
    area = page.locator(".frame[data-frame='0'] .picture").bounding_box()
    assert area is not None
    assert area["width"] / area["height"] == pytest.approx(640 / 272, rel=0.01)
    assert page.locator(".frame[data-frame='0'] .box").count() == 3
    assert page.locator(".frame .no-picture").count() == 3
