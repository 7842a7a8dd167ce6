import base64
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pipeline.errors import HaltedError, PromptError
from pipeline.llm import session as sessions
from pipeline.llm.session import Session
from pipeline.llm.structured import response_schema
from pipeline.models import endpoint_detector
from pipeline.models.detector import Detected, DetectionRequest, Detector, ScoredBox
from pipeline.models.failure import ModelFailure
from pipeline.models.loading import load_detector
from pipeline.models.replies import BoxesReply
from pipeline.outcome import Usage
from pipeline.recipe import DetectorRuntime, EndpointDetectorSettings, Runtime
from tests.fakes.openai_behaviours import Behaviour, Call, Content, Slow, Status, Truncated
from tests.fakes.openai_server import FakeOpenAI
from tests.models.detected import boxes_of
from tests.shots import shots

Script = Callable[[Call], Behaviour | None]

BOXES: dict[str, list[list[int]]] = {
    "dog": [[100, 200, 300, 400], [0, 0, 1000, 1000]],
    "car": [[500, 500, 750, 875]],
    "cat": [],
}
"""What the fake sees in every picture, in parts of a thousand."""


def phrase_of(call: Call) -> str:
    """What a call looks for; its first message that is the user's, for it may be corrected."""
    user = next(m for m in call.body["messages"] if m["role"] == "user")
    return str(user["content"][0]["text"]).split('"')[1]


def reply(*boxes: Sequence[float]) -> str:
    return json.dumps({"boxes": [{"bbox_2d": box} for box in boxes]})


def answer(call: Call) -> str:
    return reply(*BOXES.get(phrase_of(call), []))


def picture_of(call: Call) -> bytes:
    user = next(m for m in call.body["messages"] if m["role"] == "user")
    (url,) = (part["image_url"]["url"] for part in user["content"] if part["type"] == "image_url")
    return base64.b64decode(url.removeprefix("data:image/jpeg;base64,"))


@pytest.fixture
def detectors(tmp_path: Path) -> Iterator[Callable[..., Detector]]:
    """Makes detectors of one workspace, as one run's worker has them."""
    opened: list[Session] = []

    def make(fake: FakeOpenAI, *, new_run: bool = False, **changes: Any) -> Detector:
        runtime = DetectorRuntime(base_url=fake.base_url, attempts=1)
        if new_run or not opened:
            session = Session(tmp_path, Runtime(detector=runtime), name=uuid.uuid4().hex)
            opened.append(session)
        values = {"kind": "endpoint", "model": "fake", "family": "qwen3_vl"} | changes
        settings = EndpointDetectorSettings.model_validate(values)
        return load_detector(settings, runtime, opened[-1])

    yield make
    for session in opened:
        sessions.close(session)


Make = Callable[..., Detector]


def ask(shot: int, *phrases: str, tried: int = 0) -> DetectionRequest:
    return DetectionRequest(f"v/f{shot}", shots()[shot].jpeg, phrases, (tried,) * len(phrases))


def one(detector: Detector, request: DetectionRequest) -> Detected:
    (found,) = detector.detect([request])
    assert isinstance(found, Detected), found
    return found


def failed(detector: Detector, request: DetectionRequest) -> ModelFailure:
    """Why the only phrase of a request has no answer, or the whole request."""
    (found,) = detector.detect([request])
    if isinstance(found, ModelFailure):
        return found
    (reason,) = found.boxes
    assert isinstance(reason, ModelFailure), found
    return reason


def jpeg(height: int, width: int) -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.imencode(".jpg", noise)[1].tobytes()


def test_each_phrase_is_a_call_and_gets_its_boxes_in_the_models_order(detectors: Make) -> None:
    with FakeOpenAI(answer) as fake:
        found = one(detectors(fake), ask(5, "dog", "cat", "car"))
    assert found.boxes == (
        (ScoredBox((0.1, 0.2, 0.3, 0.4), 1.0), ScoredBox((0.0, 0.0, 1.0, 1.0), 1.0)),
        (),
        (ScoredBox((0.5, 0.5, 0.75, 0.875), 1.0),),
    )
    assert sorted(map(phrase_of, fake.calls)) == ["car", "cat", "dog"]
    assert found.usage.tokens_in > 0 and found.usage.tokens_out > 0


def test_a_call_shows_the_picture_as_it_is_stored_and_says_how_to_count(detectors: Make) -> None:
    with FakeOpenAI(answer) as fake:
        one(detectors(fake, temperature=0.5, max_tokens=77, image_detail="high"), ask(5, " dog\n"))
    (call,) = fake.calls
    assert phrase_of(call) == "dog"
    assert picture_of(call) == shots()[5].jpeg
    assert call.body["messages"][-1]["content"][-1]["image_url"]["detail"] == "high"
    system = call.body["messages"][0]["content"]
    assert "from 0 to 1000" in system and "pixels" not in system
    assert "at most 8" in call.text
    assert (call.body["temperature"], call.body["max_tokens"]) == (0.5, 77)
    told = call.body["response_format"]["json_schema"]
    assert told == {"name": "detections", "schema": response_schema(BoxesReply), "strict": True}


def test_pixels_of_the_resized_picture_are_converted_by_its_size(detectors: Make) -> None:
    """640 x 272 becomes 644 x 280."""
    with FakeOpenAI(lambda _: reply([161, 70, 322, 280])) as fake:
        found = one(detectors(fake, family="qwen2_5_vl"), ask(5, "dog"))
    assert found.boxes == ((ScoredBox((0.25, 0.25, 0.5, 1.0), 1.0),),)
    assert (
        "which is 644 pixels wide and 280 pixels high"
        in fake.calls[0].body["messages"][0]["content"]
    )


def test_a_picture_is_made_smaller_as_the_recipe_says_and_its_boxes_stay(detectors: Make) -> None:
    """320 x 136 becomes 308 x 140 for the model."""
    with FakeOpenAI(lambda _: reply([77, 35, 154, 140])) as fake:
        found = one(detectors(fake, family="qwen2_5_vl", image_long_side=320), ask(5, "dog"))
    sent = cv2.imdecode(np.frombuffer(picture_of(fake.calls[0]), np.uint8), cv2.IMREAD_COLOR)
    assert sent is not None and sent.shape == (136, 320, 3)
    assert found.boxes == ((ScoredBox((0.25, 0.25, 0.5, 1.0), 1.0),),)


def test_what_reaches_a_little_beyond_the_picture_is_clipped(detectors: Make) -> None:
    with FakeOpenAI(lambda _: reply([-4, 990, 1009, 1010])) as fake:
        found = one(detectors(fake), ask(5, "dog"))
    assert found.boxes == ((ScoredBox((0.0, 0.99, 1.0, 1.0), 1.0),),)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (reply([300, 200, 100, 400]), r"no [x1, y1, x2, y2] with x1 < x2 and y1 < y2"),
        (reply([100, 200, 100, 400]), r"no [x1, y1, x2, y2] with x1 < x2 and y1 < y2"),
        (reply([1, 2, 3, 3], [1001, 200, 1002, 400]), r"boxes.1.bbox_2d: [1001, 200, 1002, 400]"),
        (reply([0, 0, 1200, 400]), r"beyond the picture: x goes from 0 to 1000"),
        (reply([0, 0, 100]), "boxes.0.bbox_2d"),
        ('{"boxes": [{"bbox_2d": [0, 0, "100", 100]}]}', "boxes.0.bbox_2d.2"),
        ('{"boxes": [{"bbox_2d": [0, 0, NaN, 100]}]}', "boxes.0.bbox_2d.2"),
        ('{"boxes": [[0, 0, 100, 100]]}', "boxes.0"),
        ('{"boxes": [{"bbox_2d": [0, 0, 9, 9], "label": "dog"}]}', "boxes.0.label"),
        ("[0, 0, 100, 100]", ""),
    ],
)
def test_a_box_that_is_none_is_asked_for_once_more(detectors: Make, wrong: str, told: str) -> None:
    def script(call: Call) -> Behaviour | None:
        return Content(wrong) if call.number == 0 else None

    with FakeOpenAI(answer, script) as fake:
        found = one(detectors(fake), ask(5, "car"))
    assert found.boxes == ((ScoredBox((0.5, 0.5, 0.75, 0.875), 1.0),),)
    assert told in fake.calls[1].text


def test_two_wrong_replies_fail_their_phrase_and_no_other(detectors: Make) -> None:
    def script(call: Call) -> Behaviour | None:
        return Content(reply([3, 3, 2, 2])) if phrase_of(call) == "car" else None

    with FakeOpenAI(answer, script) as fake:
        bad, good = detectors(fake).detect([ask(5, "dog", "car"), ask(6, "dog")])
    assert isinstance(bad, Detected) and isinstance(good, Detected)
    dog, car = bad.boxes
    assert isinstance(car, ModelFailure) and not isinstance(dog, ModelFailure)
    assert car.error_class == "WrongSchema"
    assert car.message.startswith("boxes.0.bbox_2d: [3, 3, 2, 2] is no")
    assert car.attempts == 2
    assert bad.usage.tokens_in > good.usage.tokens_in


def test_a_reply_that_was_cut_off_is_a_failure_of_its_own_class(detectors: Make) -> None:
    with FakeOpenAI(answer, lambda _: Truncated('{"boxes": [')) as fake:
        assert failed(detectors(fake), ask(5, "dog")).error_class == "Truncated"


def test_boxes_of_a_phrase_do_not_depend_on_what_comes_with_it(detectors: Make) -> None:
    with FakeOpenAI(answer) as fake:
        alone = one(detectors(fake), ask(5, "car")).boxes[0]
        others = list(detectors(fake).detect([ask(6, "dog"), ask(5, "dog", "cat", "car", "dog")]))
    assert isinstance(others[1], Detected)
    assert others[1].boxes[2] == alone
    assert others[1].boxes[0] == others[1].boxes[3]
    asked = Counter((phrase_of(call), picture_of(call)) for call in fake.calls)
    assert set(asked.values()) == {1}


def test_calls_of_all_frames_are_made_side_by_side_and_answered_in_order(detectors: Make) -> None:
    def script(call: Call) -> Behaviour | None:
        return Slow(0.2 if phrase_of(call) == "dog" else 0.05)

    requests = [ask(i, "dog", "car") for i in range(6)]
    with FakeOpenAI(answer, script) as fake:
        found = list(detectors(fake).detect(requests))
    assert fake.in_flight_peak >= 8
    assert [len(boxes_of(f)[0]) for f in found] == [2] * 6


def test_frames_are_read_no_further_ahead_than_calls_are_made(
    detectors: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint_detector, "_READ_AHEAD", 2)
    taken: list[int] = []

    def requests() -> Iterator[DetectionRequest]:
        for i in range(5):
            taken.append(i)
            yield ask(i, "dog")

    with FakeOpenAI(answer) as fake:
        next(detectors(fake).detect(requests()))
    assert taken == [0, 1]


def test_what_was_answered_is_not_asked_again_and_a_retry_is(detectors: Make) -> None:
    with FakeOpenAI(answer) as fake:
        first = one(detectors(fake), ask(5, "dog"))
        again = one(detectors(fake, new_run=True), ask(5, "dog"))
        assert len(fake.calls) == 1
        retried = one(detectors(fake), ask(5, "dog", tried=1))
    assert len(fake.calls) == 2
    assert again.boxes == first.boxes == retried.boxes
    assert again.usage == Usage()


def test_a_box_that_is_repeated_counts_once_and_the_first_are_kept(detectors: Make) -> None:
    boxes = [[i, 0, i + 10, 10] for i in (5, 5, 3, 1, 3, 0)]
    with FakeOpenAI(lambda _: reply(*boxes)) as fake:
        found = one(detectors(fake, max_candidates=3), ask(5, "dog"))
    assert [box.bbox[0] for box in boxes_of(found)[0]] == [0.005, 0.003, 0.001]


def test_what_names_nothing_is_not_asked_for(detectors: Make) -> None:
    with FakeOpenAI(answer) as fake:
        found = list(detectors(fake).detect([ask(5, "?", "dog"), ask(6, " "), ask(7)]))
    assert len(fake.calls) == 1
    assert [len(f.boxes) for f in found if isinstance(f, Detected)] == [2, 1, 0]


def test_a_frame_that_cannot_be_shown_fails_alone(detectors: Make) -> None:
    requests = [
        DetectionRequest("v/bad", b"garbage", ("dog",)),
        ask(5, "dog"),
        DetectionRequest("v/narrow", jpeg(4, 1000), ("dog",)),
    ]
    with FakeOpenAI(lambda _: reply([0, 0, 9, 9])) as fake:
        broken, good, narrow = detectors(fake, family="qwen2_5_vl").detect(requests)
    assert isinstance(good, Detected)
    assert isinstance(broken, ModelFailure) and isinstance(narrow, ModelFailure)
    assert (broken.error_class, narrow.error_class) == ("UndecodableImage", "UnusablePicture")
    assert "v/narrow: a picture of 1000 x 4 pixels is too narrow" in narrow.message
    assert len(fake.calls) == 1


def test_an_endpoint_that_refuses_the_key_halts_the_run_and_keeps_what_was_answered(
    detectors: Make,
) -> None:
    def script(call: Call) -> Behaviour | None:
        return Status(401) if phrase_of(call) == "car" else Slow(0.4)

    with FakeOpenAI(answer, script) as fake, pytest.raises(HaltedError):
        one(detectors(fake), ask(5, "dog", "car"))
    with FakeOpenAI(answer) as fake:
        one(detectors(fake, new_run=True), ask(5, "dog", "car"))
        assert [phrase_of(call) for call in fake.calls] == ["car"]


def test_the_label_is_the_models_in_keys(detectors: Make) -> None:
    with FakeOpenAI(answer) as fake:
        assert detectors(fake).label == "endpoint:fake"
        assert detectors(fake, label="fake@2026-10").label == "endpoint:fake@2026-10"


def test_a_prompt_that_is_not_there_is_told(detectors: Make) -> None:
    with FakeOpenAI(answer) as fake, pytest.raises(PromptError, match=r"detections/none"):
        detectors(fake, prompt="detections/none")
