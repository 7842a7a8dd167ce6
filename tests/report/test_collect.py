"""The data of a page: bounded by count and bytes, and honest about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from pipeline.report.collect import collect
from pipeline.report.glance import Glance
from pipeline.report.items import Shown
from pipeline.report.page import render
from pipeline.report.pictures import LONG_SIDE, small_picture
from tests.report.entries import Entries, frame, grey, item, some


@cache
def noise(seed: int) -> bytes:
    """A picture that does not compress."""
    pixels = np.random.default_rng(seed).integers(0, 255, (360, 640, 3), np.uint8)
    done, data = cv2.imencode(".jpg", pixels)
    assert done
    return data.tobytes()


@dataclass(frozen=True)
class Heavy(Entries):
    """Every entry has a large picture of its own."""

    def shown(self, chosen: Sequence[Glance]) -> Iterator[Shown]:
        for found, pictures in super().shown(chosen):
            name = f"noise{found.id}"
            own: Mapping[str, bytes] = {**pictures, name: noise(int(found.id[1:]))}
            yield found, own


def test_all_of_it_where_there_is_room() -> None:
    data = collect(Entries(some()), 200)
    assert data.whole
    assert data.shown == data.totals == {"samples": 2, "others": 5, "units": 1}
    assert set(data.pictures) == {"grey640x272", "grey360x640"}, "a shared picture is there once"
    assert "All of it is on this page" in render(data)


def test_a_page_is_bounded_in_bytes_and_says_that_it_is_a_sample() -> None:
    source = Heavy([item(f"q{i}") for i in range(40)])
    bound = 2_000_000
    data = collect(source, 200, bound)
    text = render(data)
    assert 3 < data.shown["samples"] < 40
    assert len(text.encode()) - len(render(collect(Entries([]), 1)).encode()) < bound
    assert f"it shows {data.shown['samples']} of 40 samples" in text
    assert "All of it is on this page" not in text
    assert text == render(collect(source, 200, bound)), "the same each time"


def test_an_entry_too_large_for_any_page_is_left_out() -> None:
    data = collect(Entries([item("q1"), item("q2", evidence="x" * 100_000)]), 200, 50_000)
    assert [i.id for i in data.items] == ["q1"]
    assert not data.whole


def test_pictures_are_made_small_and_what_is_none_is_none() -> None:
    wide = small_picture(grey((1920, 1080)))
    assert wide is not None and (wide.width, wide.height) == (LONG_SIDE, 360)
    assert wide.url.startswith("data:image/jpeg;base64,")
    tall = small_picture(grey((360, 640)))
    assert tall is not None and (tall.width, tall.height) == (360, 640)
    assert small_picture(b"") is None and small_picture(b"no picture") is None


def test_a_frame_without_a_picture_is_still_an_entry() -> None:
    bare = frame(1, 1.0)
    made = item("q1", frames=(bare,), boxes=(), claims=(), items=())
    referred = item("q2", frames=(frame(2, 1.0),), boxes=(), claims=(), items=())
    data = collect(Entries([made, referred]), 200)
    assert len(data.items) == 2
