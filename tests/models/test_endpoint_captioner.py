"""Captions from a vision-language model behind an endpoint."""

import base64
import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pipeline.errors import HaltedError
from pipeline.llm import calls, limits
from pipeline.llm.session import Session
from pipeline.models.captioner import Captioned, CaptionFrame, CaptionWindow
from pipeline.models.endpoint_captioner import EndpointCaptioner
from pipeline.models.failure import ModelFailure
from pipeline.recipe import (
    BudgetRuntime,
    CaptionerRuntime,
    EndpointCaptionerSettings,
    Runtime,
)
from tests.fakes.openai_server import Call, Content, FakeOpenAI, Status, Truncated
from tests.shots import shots


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between attempts are milliseconds."""
    monkeypatch.setattr(calls, "FIRST_WAIT", 0.002)
    monkeypatch.setattr(limits, "FIRST_PAUSE", 0.01)


def frames(count: int) -> tuple[CaptionFrame, ...]:
    """Frames whose bytes say which they are: no caller looks into them."""
    return tuple(CaptionFrame(f"v/f{i}", 10.0 + i, b"jpeg %d" % i) for i in range(count))


def window(count: int, tried: int = 0, name: str = "v/w0") -> CaptionWindow:
    return CaptionWindow(name, frames(count), tried)


def pictures(call: Call) -> list[bytes]:
    """What was sent, decoded."""
    content = call.body["messages"][-1]["content"]
    if isinstance(content, str):  # the correction of an earlier reply
        content = call.body["messages"][1]["content"]
    urls = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    return [base64.b64decode(url.partition(",")[2]) for url in urls]


def captions(*texts: str) -> str:
    items = [{"number": number, "text": text} for number, text in enumerate(texts, 1)]
    return json.dumps({"captions": items[::-1]})


def describe(call: Call) -> str:
    return captions(*(f"This  is\n{jpeg.decode()}." for jpeg in pictures(call)))


@contextmanager
def captioning(
    root: Path, server: FakeOpenAI, budget: BudgetRuntime | None = None, **settings: Any
) -> Iterator[EndpointCaptioner]:
    told = EndpointCaptionerSettings(kind="endpoint", model="vlm", **settings)
    runtime = CaptionerRuntime(base_url=server.base_url, attempts=2)
    whole = Runtime(captioner=runtime, budget=budget or BudgetRuntime())
    captioner = EndpointCaptioner(told, Session(root, whole, name=uuid.uuid4().hex))
    try:
        yield captioner
    finally:
        captioner.close()


def one(captioner: EndpointCaptioner, asked: CaptionWindow) -> Captioned | ModelFailure:
    (found,) = captioner.caption([asked])
    return found


def texts(found: Captioned | ModelFailure) -> list[str]:
    assert isinstance(found, Captioned), found
    return [caption.text for caption in found.captions]


def said(numbers: Sequence[int]) -> list[str]:
    return [f"This is jpeg {number}." for number in numbers]


@pytest.mark.parametrize(("together", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (8, [5])])
def test_every_frame_gets_its_own_caption_however_many_go_together(
    tmp_path: Path, together: int, sizes: list[int]
) -> None:
    with FakeOpenAI(describe) as server:
        with captioning(tmp_path, server, frames_together=together) as captioner:
            assert texts(one(captioner, window(5))) == said(range(5))
        assert sorted((len(pictures(call)) for call in server.calls), reverse=True) == sizes
        names = [p["text"] for p in server.calls[0].body["messages"][1]["content"][1::2]]
        assert names == [f"Frame {number}:" for number in range(1, sizes[0] + 1)]


def test_the_prompt_says_how_many_frames_and_how_far_they_are_apart(tmp_path: Path) -> None:
    with FakeOpenAI(describe) as server:
        with captioning(tmp_path, server, frames_together=3) as captioner:
            one(captioner, window(4))
        several, single = sorted((c.text for c in server.calls), key=len, reverse=True)
    assert "These are 3 frames" in several
    assert "at 0.0 s, 1.0 s, 2.0 s after" in several
    assert "Describe the frame." in single


def test_windows_come_back_in_order_and_are_read_when_they_are_needed(tmp_path: Path) -> None:
    read: list[str] = []

    def windows() -> Iterator[CaptionWindow]:
        for number in range(3):
            read.append(f"w{number}")
            yield CaptionWindow(f"w{number}", frames(number + 1))

    with FakeOpenAI(describe) as server, captioning(tmp_path, server) as captioner:
        found = captioner.caption(windows())
        assert texts(next(found)) == said(range(1))
        assert read == ["w0"]
        assert [texts(rest) for rest in found] == [said(range(2)), said(range(3))]


@pytest.mark.parametrize("side", [None, 160])
def test_pictures_are_sent_no_larger_than_the_recipe_says(tmp_path: Path, side: int | None) -> None:
    (shot, *_) = shots()
    asked = CaptionWindow("w", (CaptionFrame("f", 0.0, shot.jpeg),))
    with FakeOpenAI(lambda call: captions("a street")) as server:
        with captioning(tmp_path, server, image_long_side=side, image_detail="low") as captioner:
            assert texts(one(captioner, asked)) == ["a street"]
        (sent,) = pictures(server.calls[0])
        content = server.calls[0].body["messages"][1]["content"]
    image = cv2.imdecode(np.frombuffer(sent, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert (max(image.shape) == side) if side else (sent == shot.jpeg)
    assert content[2]["image_url"]["detail"] == "low"


@pytest.mark.parametrize(
    "wrong",
    [
        captions("only one"),
        captions("one", "two", "three"),
        json.dumps({"captions": [{"number": 1, "text": "a"}, {"number": 1, "text": "b"}]}),
        json.dumps({"captions": [{"number": 0, "text": "a"}, {"number": 1, "text": "b"}]}),
        json.dumps({"captions": [{"number": 1, "text": "a"}, {"number": 2, "text": ""}]}),
        "I see a street.",
    ],
)
def test_a_reply_that_does_not_fit_the_frames_is_asked_for_once_more(
    tmp_path: Path, wrong: str
) -> None:
    def first(call: Call) -> Content | None:
        return Content(wrong) if call.number == 0 else None

    with FakeOpenAI(describe, first) as server:
        with captioning(tmp_path, server, frames_together=2) as captioner:
            assert texts(one(captioner, window(2))) == said(range(2))
        assert len(server.calls) == 2
        assert "That reply is not valid" in server.calls[1].text


def test_a_model_that_never_counts_right_fails_the_window(tmp_path: Path) -> None:
    with FakeOpenAI(lambda call: captions("only one")) as server:
        with captioning(tmp_path, server, frames_together=2) as captioner:
            found = one(captioner, window(2))
        assert len(server.calls) == 2
    assert isinstance(found, ModelFailure)
    assert found.error_class == "WrongSchema"
    assert "needs one caption each with number 1 to 2" in found.message
    assert found.attempts == 2


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (Truncated('{"captions"'), "Truncated"),
        (Status(500), "ServerError"),
        (Content("x"), "InvalidJson"),
    ],
)
def test_a_failing_call_fails_its_window_only_and_a_retry_pays_for_that_call_only(
    tmp_path: Path, broken: Any, error: str
) -> None:
    bad = {"on": True}

    def script(call: Call) -> Any:
        return broken if bad["on"] and b"jpeg 2" in pictures(call) else None

    with FakeOpenAI(describe, script) as server:
        with captioning(tmp_path, server, frames_together=2) as captioner:
            failed, fine = captioner.caption([window(5), window(2, name="v/w1")])
        assert isinstance(failed, ModelFailure)
        assert failed.error_class == error
        assert texts(fine) == said(range(2))
        asked, bad["on"] = len(server.calls), False
        # Another process, later: `demitasse retry`.
        with captioning(tmp_path, server, frames_together=2) as captioner:
            assert texts(one(captioner, window(5, tried=failed.attempts))) == said(range(5))
        again = server.calls[asked:]
        assert [pictures(call) for call in again] == [[b"jpeg 2", b"jpeg 3"]]
        # Nothing is left to ask when it is tried once more than that.
        with captioning(tmp_path, server, frames_together=2) as captioner:
            assert texts(one(captioner, window(5, tried=failed.attempts + 1))) == said(range(5))
        assert len(server.calls) == asked + 1


def test_what_a_window_took_is_the_sum_of_its_calls(tmp_path: Path) -> None:
    def last_is_cut_off(call: Call) -> Truncated | None:
        return Truncated("x" * 40) if pictures(call) == [b"jpeg 3"] else None

    with FakeOpenAI(describe, last_is_cut_off) as server:
        with captioning(tmp_path, server) as captioner:
            fine, failed = captioner.caption([window(3), window(4, name="v/w1")])
            again = one(captioner, window(3))
        assert len(server.calls) == 4
    assert isinstance(fine, Captioned)
    assert fine.usage.tokens_in > 3 * 20
    assert fine.usage.tokens_out == sum(
        len(captions(f"This  is\n{f.jpeg.decode()}.")) // 4 for f in frames(3)
    )
    assert isinstance(failed, ModelFailure)
    assert failed.usage.tokens_out == 10, "spent in vain, and nothing twice"
    assert isinstance(again, Captioned)
    assert again.usage.tokens_in == again.usage.tokens_out == 0


def test_a_spent_budget_halts_the_run_and_what_was_answered_is_kept(tmp_path: Path) -> None:
    with FakeOpenAI(describe) as server:
        with (
            captioning(tmp_path, server, BudgetRuntime(requests=3)) as captioner,
            pytest.raises(HaltedError, match="3 of 3 requests"),
        ):
            one(captioner, window(5))
        assert len(server.calls) == 3
        with captioning(tmp_path, server) as captioner:
            assert texts(one(captioner, window(5))) == said(range(5))
        assert len(server.calls) == 5


def test_an_endpoint_that_refuses_the_model_halts_the_run(tmp_path: Path) -> None:
    with (
        FakeOpenAI(describe, lambda call: Status(404, "no such model")) as server,
        captioning(tmp_path, server) as captioner,
        pytest.raises(HaltedError, match="no such model"),
    ):
        one(captioner, window(2))


def test_the_label_names_the_model_and_not_who_runs_it(tmp_path: Path) -> None:
    with FakeOpenAI(describe) as server:
        with captioning(tmp_path, server, revision="abc", dtype="bf16") as captioner:
            assert captioner.label == "endpoint:vlm@abc:bf16"
        with captioning(tmp_path, server, label="my model") as captioner:
            assert captioner.label == "endpoint:my model"
