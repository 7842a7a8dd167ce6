"""How stages ask: scripts, names of frames, and how much is under way."""

import json
import uuid
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.llm import session as sessions
from pipeline.llm.session import Session
from pipeline.media.pictures import encode_jpeg
from pipeline.outcome import Failed, Kept, Rejected
from pipeline.recipe import Recipe
from pipeline.stages import options, questions, verdicts
from pipeline.stages.model_resources import WAITING
from pipeline.stages.writing import PACK_UNITS, FrameJpeg, writer_resources
from pipeline.store import BlobStore, Store
from tests.fakes.openai_server import Call, Content, FakeOpenAI, NoUsage
from tests.llm.replies import talk
from tests.stages.units import kept, run, store_jpegs, unit
from tests.stages.writing import GROUP

_MODEL = {"kind": "endpoint", "model": "m"}


def recipe(base_url: str, **runtime: Any) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "t",
            "identity": {"writer": _MODEL, "judge": _MODEL, "verdicts": {"blind": True}},
            "runtime": {"writer": {"base_url": base_url, **runtime}},
        }
    )


@pytest.fixture
def session(tmp_path: Path) -> Any:
    made: list[Session] = []

    def make(settings: Recipe, root: Path = tmp_path) -> Session:
        made.append(Session(root, settings.runtime, name=uuid.uuid4().hex))
        return made[-1]

    yield make
    for one in made:
        sessions.close(one)


def asked(tmp_path: Path, session: Any, server: FakeOpenAI) -> Any:
    settings = recipe(server.base_url)
    stage = questions.stage(settings, session(settings, tmp_path))
    (outcome,) = run(stage, BlobStore(Store(tmp_path)), unit(stage, "g", GROUP))
    return outcome


def test_a_model_s_questions_cite_the_frames_they_were_given(tmp_path: Path, session: Any) -> None:
    with FakeOpenAI(talk) as server:
        (question,) = kept(asked(tmp_path, session, server))
        ids = [frame.frame for frame in GROUP.frames]
        assert question.frames == (ids[0], ids[-1])
        assert question.provenance.writer == "endpoint"
        assert question.provenance.mode == "captions"
        assert len(question.provenance.requests) == 1
        sent = server.calls[0].body["messages"]
        assert '"id": "F1"' in sent[1]["content"]
        assert ids[0] not in sent[1]["content"]


def test_a_writer_that_sees_gets_each_frame_s_picture_by_its_name(
    tmp_path: Path, session: Any
) -> None:
    picture = np.full((90, 160, 3), 128, np.uint8)
    jpegs = [encode_jpeg(picture + i, 90) for i in range(len(GROUP.frames))]
    blobs, places = store_jpegs(tmp_path, jpegs)
    rows = [
        FrameJpeg(id=frame.frame, **place)
        for frame, place in zip(GROUP.frames, places, strict=True)
    ]
    base = {"kind": "endpoint", "model": "m", "sees": "frames"}
    with FakeOpenAI(talk) as server:
        for size in (None, 80):
            settings = Recipe.model_validate(
                {
                    "name": "t",
                    "identity": {"writer": {**base, "image_long_side": size}},
                    "runtime": {"writer": {"base_url": server.base_url}},
                }
            )
            stage = questions.stage(settings, session(settings, tmp_path))
            (outcome,) = run(stage, blobs, unit(stage, "g", GROUP, *rows))
            (question,) = kept(outcome)
            assert question.provenance.mode == "frames"
        stored, small = (call.body["messages"][1]["content"] for call in server.calls)
    assert [p["text"][:2] for p in stored[1::2]] == ["F1", "F2", "F3", "F4"]
    urls = [part["image_url"]["url"] for part in stored[2::2]]
    assert urls == [f"data:image/jpeg;base64,{b64encode(j).decode()}" for j in jpegs]
    assert [part["image_url"]["url"] for part in small[2::2]] != urls


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ('{"frames": ["F1", "F9"]}', "'F9' is no frame that was given: those are F1 to F4"),
        ('{"question": "What of F2?"}', "speaks of F2"),
    ],
)
def test_what_was_not_given_is_an_error_and_asked_for_once_more(
    tmp_path: Path, session: Any, reply: str, message: str
) -> None:
    good = json.loads(talk_of_group())
    bad = {"questions": [{**good["questions"][0], **json.loads(reply)}]}

    def script(call: Call) -> Content | None:
        return Content(json.dumps(bad)) if call.number == 0 else None

    with FakeOpenAI(talk, script) as server:
        (question,) = kept(asked(tmp_path, session, server))
        assert len(question.provenance.requests) == 2
        assert message in server.calls[1].body["messages"][-1]["content"]
    with FakeOpenAI(lambda call: json.dumps(bad)) as server:
        outcome = asked(tmp_path / "again", session, server)
        assert isinstance(outcome, Failed)
        assert outcome.error_class == "WrongSchema"
        assert outcome.usage.tokens_in > 0


def test_what_an_answer_took_is_told_however_often_it_is_used(tmp_path: Path, session: Any) -> None:
    with FakeOpenAI(talk) as server:
        (first,), (second,) = (kept(asked(tmp_path, session, server)) for _ in range(2))
        assert len(server.calls) == 1
    assert first.provenance == second.provenance
    assert first.provenance.tokens_in > 0 < first.provenance.tokens_out


def test_tokens_that_nobody_counted_are_not_told(tmp_path: Path, session: Any) -> None:
    with FakeOpenAI(talk, lambda call: NoUsage()) as server:
        (question,) = kept(asked(tmp_path, session, server))
    assert (question.provenance.tokens_in, question.provenance.tokens_out) == (None, None)


def talk_of_group() -> str:
    name = {"json_schema": {"name": "questions"}}
    lines = "\n".join(f'{{"id": "F{i}", "seconds": {i}.00' for i in range(1, 5))
    body = {"response_format": name, "messages": [{"role": "user", "content": lines}]}
    return talk(Call(0, body, {}, 0.0))


def test_the_blind_pass_sees_nothing_and_its_answer_is_compared(
    tmp_path: Path, session: Any
) -> None:
    with FakeOpenAI(talk) as server:
        settings = recipe(server.base_url)
        (question,) = kept(asked(tmp_path, session, server))
        stage = verdicts.stage(settings, session(settings))
        row = verdicts.AskedQuestion(
            id=question.id,
            video="v",
            group="g",
            task=question.task,
            question=question.question,
            answer=question.answer,
            frames=question.frames,
        )
        (outcome,) = run(stage, BlobStore(Store(tmp_path)), unit(stage, question.id, row, GROUP))
        (verdict,) = kept(outcome)
        assert verdict.judgements[-1].criterion == "not_answerable_blind"
        assert len(verdict.provenance.requests) == 2
        assert verdict.provenance.tokens_in == outcome.usage.tokens_in
        assert verdict.provenance.tokens_out == outcome.usage.tokens_out
        blind, judged = (call.body["messages"][-1]["content"] for call in server.calls[1:])
        assert blind == question.question
        assert "Something happens" in judged


def test_options_that_do_not_fit_are_rejected_with_the_reason(tmp_path: Path, session: Any) -> None:
    answer = "At first a car, then a bus."

    def wrong(*texts: str) -> str:
        return json.dumps({"distractors": [{"text": t, "why_wrong": "so"} for t in texts]})

    cases = {
        wrong("A", "At first a bus, then a car.", "At first a cow, then a bus."): "characters",
        wrong(answer, "At first a bus, then a car.", "At first a cow, then a bus."): "true answer",
    }
    for reply, reason in cases.items():
        with FakeOpenAI(lambda call, reply=reply: reply) as server:  # type: ignore[misc]
            settings = recipe(server.base_url)
            folder = tmp_path / str(len(reply))
            stage = options.stage(settings, session(settings, folder))
            rows = (
                options.PassedAnswer(id="q", video="v", passed=True, answer=answer),
                options.AskedText(id="q", question="What is there?", frames=("v/f1",)),
            )
            (outcome,) = run(stage, BlobStore(Store(folder)), unit(stage, "q", *rows))
            assert isinstance(outcome, Rejected), outcome
            assert reason in outcome.message


def test_enough_waits_that_no_slow_answer_leaves_slots_empty() -> None:
    for in_flight in (1, 64, 512):
        needs = writer_resources(recipe("http://127.0.0.1:1/v1", in_flight=in_flight), "writer")
        assert needs.workers == max(1, in_flight // 256)
        under_way = needs.workers * needs.packs * PACK_UNITS
        assert under_way >= (1 + WAITING) * in_flight
    assert writer_resources(Recipe(name="t"), "writer").packs == 1


def test_a_kept_outcome_carries_what_all_its_calls_cost(tmp_path: Path, session: Any) -> None:
    with FakeOpenAI(talk) as server:
        outcome = asked(tmp_path, session, server)
        assert isinstance(outcome, Kept)
        assert outcome.usage.tokens_out > 0
