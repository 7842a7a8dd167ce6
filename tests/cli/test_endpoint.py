"""Runs of the recipe with a language model behind an endpoint, as a person makes them."""

import json
import os
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.records import Question
from tests.cli.command import built, called, demitasse, finish, start
from tests.fakes.openai_server import Call, FakeOpenAI, Refusal, Status
from tests.llm.replies import talk

PRICE = "writer.price={input: 1.0, output: 2.0, as_of: 2026-11-01}"


@pytest.fixture
def work(demo_workspace: Path, tmp_path: Path) -> Path:
    """A workspace in which the demo is done up to its core frames: only texts are new."""
    return Path(shutil.copytree(demo_workspace, tmp_path / "work"))


@pytest.fixture
def temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI(talk) as endpoint:
        yield endpoint


def run(work: Path, server: FakeOpenAI, *more: str) -> list[str]:
    address = f"writer.base_url={server.base_url}"
    return ["run", "jobs/endpoint.yaml", "--work", str(work), "--set", address, *more]


def test_a_run_asks_each_stage_and_says_what_it_asked_and_spent(
    work: Path, server: FakeOpenAI
) -> None:
    ended = demitasse(*run(work, server, "--set", PRICE, "--json"))
    assert ended.status == 0, ended.stderr
    assert {ended.ran[s] for s in ("frames", "captions", "core_frames")} == {0}
    questions = read_table(Workspace.at(work), "questions", Question)
    assert questions
    assert all(q.provenance.model == "local-model" and q.provenance.requests for q in questions)

    told = json.loads(called("status", work, "--json").stdout)
    assert sum(line["requests"] for line in told["spend"]) == len(server.calls)
    assert all(line["usd"] > 0 for line in told["spend"])

    found = called("inspect", work, questions[0].id, "--calls")
    assert "You write questions for a benchmark" in found.stdout
    assert '"questions": [{"task"' in found.stdout
    assert "written by a language model" in (work / "dataset" / "README.md").read_text()

    # The stage's results gone, its answers are still there: nothing is asked again.
    asked = len(server.calls)
    shutil.rmtree(work / "stages" / "questions")
    assert built(*run(work, server, "--set", PRICE)).status == 0
    assert len(server.calls) == asked


@pytest.mark.slow
def test_a_run_with_pictures_sends_them_and_shows_which(work: Path, server: FakeOpenAI) -> None:
    more = ("--set", "writer.sees=frames", "--set", "writer.image_long_side=160")
    assert built(*run(work, server, *more, "--until", "questions")).status == 0
    contents = [call.body["messages"][1]["content"] for call in server.calls]
    sent = {sum(part["type"] == "image_url" for part in content) for content in contents}
    assert min(sent) > 1
    (question, *_) = read_table(Workspace.at(work), "questions", Question)
    assert question.provenance.mode == "frames"
    shown = called("inspect", work, question.id, "--pictures", work / "pictures")
    assert shown.status == 0
    assert len(list((work / "pictures").iterdir())) in sent


def test_a_plan_tells_calls_and_cost_and_asks_nothing(work: Path, server: FakeOpenAI) -> None:
    planned = called("plan", *run(work, server, "--set", PRICE, "--json")[1:])
    calls = {line["stage"]: line for line in json.loads(planned.stdout)["calls"]}
    assert set(calls) == {"questions", "verdicts", "evidence", "options"}
    assert calls["questions"]["requests"] == 2
    assert calls["questions"]["usd"] > 0
    assert not server.calls


def test_a_spent_budget_halts_and_a_raised_one_goes_on(work: Path, server: FakeOpenAI) -> None:
    ended = built(*run(work, server, "--set", "budget.requests=1", "--json"))
    assert ended.status == 4
    last = json.loads(ended.stdout.splitlines()[-1])
    assert "1 of 1 requests" in last["halted"]
    assert "continue with" in ended.stderr
    assert len(server.calls) == 1
    assert built(*run(work, server)).status == 0
    assert max(Counter(json.dumps(c.body, sort_keys=True) for c in server.calls).values()) == 1


@pytest.mark.slow
def test_a_refused_row_fails_alone_and_is_retried(work: Path) -> None:
    broken = {"on": True}

    def once(call: Call) -> Refusal | None:
        return Refusal("no") if broken["on"] and call.number == 0 else None

    with FakeOpenAI(talk, once) as server:
        ended = built(*run(work, server, "--until", "questions", "--json"))
        assert ended.status == 3
        broken["on"] = False
        told = json.loads(called("status", work, "--json").stdout)
        (failed,) = [s["failed"] for s in told["stages"] if s["name"] == "questions"]
        assert failed == {"Refused": 1}
        assert built("retry", work, "--json").status == 0


def test_no_file_and_no_message_ever_shows_the_key(
    work: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-planted-0123456789abcdef"
    monkeypatch.setenv("PLANTED_KEY", key)
    # Ray keeps its logs and its metadata here; its sockets want a short path.
    monkeypatch.setenv("RAY_TMPDIR", str(temporary))

    def leaky(call: Call) -> Status | None:
        sent = call.headers["authorization"]
        return Status(500, f"cannot serve {sent}") if call.number % 3 == 0 else None

    named = ("--set", "writer.api_key_env=PLANTED_KEY")
    with FakeOpenAI(talk, leaky, api_key=key) as server:
        good = demitasse(*run(work, server, *named, "--until", "verdicts"))
        assert good.status == 0, good.stderr
    monkeypatch.setenv("PLANTED_KEY", key + "-wrong")
    with FakeOpenAI(talk, api_key=key) as server:
        refused = demitasse(*run(work, server, *named))
    assert refused.status == 4
    assert "does not take the key" in refused.stderr
    told = called("inspect", work, "zz").stderr + good.stdout + good.stderr
    assert key not in told + refused.stdout + refused.stderr
    for folder in (work, temporary):
        for path in folder.rglob("*"):
            if path.is_file():
                assert key.encode() not in path.read_bytes(), path


def test_killed_anywhere_a_rerun_asks_only_for_what_was_in_flight(work: Path) -> None:
    with FakeOpenAI(talk, latency=0.3) as server:
        process = start(*run(work, server))
        deadline = time.monotonic() + 60
        while server.answered < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        finish(process)
        time.sleep(0.5)
        before = server.answered
        assert built(*run(work, server)).status == 0
        asked = Counter(json.dumps(call.body, sort_keys=True) for call in server.calls)
        assert before >= 3
        assert sum(asked.values()) - len(asked) <= 8  # in_flight of the recipe
        assert len(read_table(Workspace.at(work), "questions", Question)) == 2
