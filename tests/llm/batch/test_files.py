"""Batches on disk: what is submitted, what its lines stand for, and how far a batch is."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.llm.batch import files
from pipeline.llm.batch.files import BatchState, Pending
from pipeline.llm.price import Bound
from pipeline.llm.request import ChatRequest, Picture
from pipeline.store import Store
from tests.llm.asking import request


def pending(requests: Sequence[ChatRequest]) -> list[Pending]:
    return [Pending(r, "questions", r.user, Bound(100 + i, 0.5)) for i, r in enumerate(requests)]


def rows(count: int) -> list[ChatRequest]:
    return [request(f"row {i}") for i in range(count)]


def written(
    store: Store, requests: Sequence[ChatRequest], *, structured: bool = True
) -> list[BatchState]:
    return list(files.written(store, "writer", pending(requests), "m", structured=structured))


def submitted(store: Store, state: BatchState) -> list[dict[str, Any]]:
    data = store.read(files.request_file(state))
    assert data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


@pytest.mark.parametrize("structured", [True, False])
def test_a_line_is_what_vllm_run_batch_reads(tmp_path: Path, structured: bool) -> None:
    store, asked = Store(tmp_path), [request("é\u2028\r\nb"), request("x")]
    (state,) = written(store, asked, structured=structured)
    lines = submitted(store, state)
    for line, one in zip(lines, asked, strict=True):
        assert line == {
            "custom_id": one.key,
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": one.body("m", structured=structured),
        }
    assert ("response_format" in lines[0]["body"]) is structured


def test_no_request_writes_no_batch(tmp_path: Path) -> None:
    assert written(Store(tmp_path), []) == []
    assert files.states(Store(tmp_path)) == []


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
def test_by_count_no_request_is_lost_or_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, sizes: list[int]
) -> None:
    monkeypatch.setattr(files, "MOST_LINES", 3)
    store, asked = Store(tmp_path), rows(count)
    made = written(store, asked)
    assert [state.lines for state in made] == sizes
    found = [line["custom_id"] for state in made for line in submitted(store, state)]
    assert found == [r.key for r in asked]


@pytest.mark.parametrize("spare", [0, -1])
def test_no_file_is_larger_than_endpoints_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare: int
) -> None:
    asked = rows(6)
    (whole,) = written(Store(tmp_path / "whole"), asked)
    size = Store(tmp_path / "whole").path(files.request_file(whole)).stat().st_size
    assert size % 6 == 0
    monkeypatch.setattr(files, "LARGEST_BYTES", size // 2 + spare)
    store = Store(tmp_path)
    made = written(store, asked)
    assert [state.lines for state in made] == ([3, 3] if spare == 0 else [2, 2, 2])
    for state in made:
        assert store.path(files.request_file(state)).stat().st_size <= size // 2 + spare
    found = [line["custom_id"] for state in made for line in submitted(store, state)]
    assert found == [r.key for r in asked]


def test_one_request_that_is_too_large_goes_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST_BYTES", 1500)
    made = written(Store(tmp_path), [request("a"), request("b" * 5000), request("c")])
    assert [state.lines for state in made] == [1, 1, 1]


def test_what_a_line_stands_for_is_read_back(tmp_path: Path) -> None:
    store, asked = Store(tmp_path), rows(3)
    (state,) = written(store, asked)
    lines = files.lines_of(store, state)
    assert list(lines) == [r.key for r in asked]
    line = lines[asked[1].key]
    assert (line.stage, line.unit, line.label) == ("questions", "row 1", "fake")
    assert (line.tokens, line.usd) == (101, 0.5)
    assert line.request == asked[1].shown()


def test_pictures_are_submitted_and_noted_by_their_hash(tmp_path: Path) -> None:
    picture = Picture("F1:", b"\xff\xd8 a picture")
    store = Store(tmp_path)
    (state,) = written(store, [request("what is there?", picture)])
    (line,) = submitted(store, state)
    assert picture.data_url() in json.dumps(line)
    (noted,) = files.lines_of(store, state).values()
    assert f"sha256:{picture.sha256}" in json.dumps(noted.request)
    assert picture.data_url() not in json.dumps(noted.request)


def test_a_batch_that_is_done_keeps_its_lines_and_drops_the_pictures(tmp_path: Path) -> None:
    store = Store(tmp_path)
    (state,) = written(store, rows(2))
    assert (state.state, state.remote) == (files.INTENT, None)
    done = files.finished(store, state, "completed")
    assert files.states(store) == [done]
    assert (done.state, done.ended) == (files.COLLECTED, "completed")
    assert not store.exists(files.request_file(state))
    assert len(files.lines_of(store, done)) == 2


def test_lines_without_their_intent_are_no_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(store: Store, state: BatchState) -> None:
        raise OSError("the disk is full")

    store = Store(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(files, "save", full)
        with pytest.raises(OSError, match="full"):
            written(store, rows(2))
    assert len(store.names(files.FOLDER)) == 2
    assert files.states(store) == []
