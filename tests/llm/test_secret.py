"""A planted key shows up nowhere."""

import copy
import json
import logging
import pickle
from pathlib import Path

import pytest

from pipeline.errors import DemitasseError
from pipeline.llm import attempts, responses, session
from pipeline.llm.asking import Unanswered
from pipeline.llm.attempts import of_unit
from pipeline.llm.journal import records
from pipeline.llm.secret import Secret
from pipeline.llm.session import Session
from pipeline.recipe import Runtime
from pipeline.store import Store
from tests.fakes.openai_behaviours import Behaviour, Call, Disconnect, Status
from tests.fakes.openai_server import FakeOpenAI
from tests.llm.asking import ask, asking, echo, endpoint, request, text_of, words

KEY = "sk-planted-0123456789abcdef"


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("PLANTED_KEY", KEY)
    caplog.set_level(logging.DEBUG)


def holding(root: Path) -> list[str]:
    """Names of files that hold the key, packed or not."""
    found = [p.name for p in root.rglob("*") if p.is_file() and KEY.encode() in p.read_bytes()]
    for form in (attempts.FORM, responses.FORM):
        found += [
            form.folder
            for record in records(Store(root), form, form.schema.names)
            if KEY in json.dumps(record)
        ]
    return found


@pytest.mark.usefixtures("quick")
def test_the_key_is_in_no_file_and_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    said = f"failed for Authorization: Bearer {KEY}"
    behaviours: dict[str, list[Behaviour | None]] = {
        "a": [None],
        "b": [Status(500, said), Status(429, said, "0"), Disconnect(), None],
        "c": [Status(400, "x" * 360 + said)],
        "d": [Status(400, said)],
    }
    with FakeOpenAI(echo, lambda call: behaviours[text_of(call)].pop(0), api_key=KEY) as server:
        runtime = endpoint(server.base_url, api_key_env="PLANTED_KEY", in_flight=1)
        with asking(tmp_path, runtime) as client:
            assert KEY not in repr(client)
            found = ask(client, [request(text) for text in "abcd"])
        assert len(server.calls) == 7
    assert words(found[:2]) == ["a", "b"]
    for row in found[2:]:
        assert isinstance(row, Unanswered)
        assert KEY[:8] not in row.message
    failures = [r for unit in "abcd" for r in of_unit(Store(tmp_path), "questions", unit)]
    assert sum("[secret]" in r["message"] for r in failures) >= 3
    assert holding(tmp_path) == []
    session.tidy(Session(tmp_path, Runtime()))
    assert holding(tmp_path) == []
    assert KEY not in caplog.text
    assert caplog.records


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("code", [None, 401, 404, 429])
def test_the_key_is_in_no_exception(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, code: int | None
) -> None:
    def script(call: Call) -> Behaviour | None:
        return Status(code, f"no {KEY}", "9999") if code else None

    with FakeOpenAI(echo, script, api_key=KEY if code else "other") as server:
        runtime = endpoint(server.base_url, api_key_env="PLANTED_KEY")
        with (
            asking(tmp_path, runtime) as client,
            pytest.raises(DemitasseError, match=r"\[secret\]") as caught,
        ):
            ask(client, [request("a")])
    error: BaseException | None = caught.value
    while error is not None:
        assert KEY not in repr(error)
        error = error.__cause__ or error.__context__
    assert holding(tmp_path) == []
    assert KEY not in caplog.text


def test_a_secret_is_not_shown() -> None:
    secret = Secret(KEY)
    assert KEY not in f"{secret} {secret!r} {[secret]}"
    assert secret.redact(f"{KEY}, {KEY}") == "[secret], [secret]"
    assert Secret("").redact("as it is") == "as it is"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_does_not_travel(protocol: int) -> None:
    with pytest.raises(TypeError, match="does not travel") as caught:
        pickle.dumps({"key": Secret(KEY)}, protocol)
    assert KEY not in str(caught.value)
    with pytest.raises(TypeError, match="does not travel"):
        copy.deepcopy(Secret(KEY))


def test_what_workers_are_told_holds_no_key(tmp_path: Path) -> None:
    runtime = Runtime(writer=endpoint("http://127.0.0.1:1/v1", api_key_env="PLANTED_KEY"))
    told = pickle.dumps(Session(tmp_path, runtime))
    assert KEY.encode() not in told
    assert b"PLANTED_KEY" in told
