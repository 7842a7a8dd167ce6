"""A small dataset with a key, and evaluations of it in the test's own process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event as Flag
from typing import Any

from pipeline.engine.build import Build, LocalLanes, Report
from pipeline.engine.events import Event
from pipeline.engine.planner import Retry
from pipeline.engine.workspace import Workspace
from pipeline.harness.dataset import Questions, read_questions
from pipeline.harness.graph import planner, session_of, stages
from pipeline.harness.report import report
from pipeline.harness.results import ProtocolResult, Results
from pipeline.harness.rows import VideoFile
from pipeline.llm.session import close
from pipeline.publish.folder import replacing
from pipeline.publish.published import SampleRow
from pipeline.publish.shards import ShardWriter, writing
from pipeline.recipe import EngineRuntime
from pipeline.recipe.evaluation import EvaluationSettings
from pipeline.records import Pause
from pipeline.tasks import Task
from tests.publish.exports.rows import TEST_ROW

OPTIONS = ("Rain starts.", "It is hungry.", "A car comes.", "It sleeps.")
TASKS = (Task.CAUSAL_INFERENCE, Task.EVENT_PROCESS)


def row(number: int, **others: Any) -> SampleRow:
    """A question with its own words and key, in one of two tasks, of one of three videos."""
    letter = "ABCD"[number % 4]
    found: dict[str, Any] = {
        "id": f"q{number:03d}",
        "video": f"{number % 3:032x}",
        "task": TASKS[number % 2],
        "question": f"Why does dog {number} bark?",
        "options": OPTIONS,
        "letter": letter,
        "answer": OPTIONS[number % 4],
        **others,
    }
    return replace(TEST_ROW, **found)


def paused(question_seconds: float) -> Pause:
    """A pause at a moment of the container's clock."""
    return Pause(
        question_seconds=question_seconds,
        shown_start_seconds=0.0,
        clip_start_seconds=0.0,
        clip_end_seconds=question_seconds + 5,
        policy="share",
        scope="goal",
    )


def dataset(folder: Path, rows: Sequence[SampleRow]) -> Path:
    """A published folder with these rows, as far as an evaluation reads it."""
    with (
        replacing(folder, "unit") as building,
        writing(ShardWriter(building / "data", "test", SampleRow, 4)) as shard,
    ):
        for one in rows:
            shard.add(one)
    return folder


def settings(url: str | None = None, **identity: Any) -> EvaluationSettings:
    """An evaluation of the program, or of the model and with the judge at an address."""
    runtime = {"base_url": url, "in_flight": 4, "attempts": 1} if url else {}
    model = {"kind": "endpoint", "model": "small", "label": "small@1"}
    judge = {"kind": "endpoint", "model": "judge"}
    named = {"model": model, "judge": judge} if url else {}
    return EvaluationSettings.model_validate(
        {
            "identity": {**named, **identity},
            "runtime": {"policy": runtime, "judge": runtime, "writer": runtime},
        }
    )


@dataclass
class Evaluation:
    """Runs over one folder."""

    root: Path
    dataset: Path
    videos: Sequence[VideoFile] = ()
    asked: Questions = field(init=False)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.asked = read_questions(self.dataset, "test")

    def run(
        self,
        chosen: EvaluationSettings,
        *,
        retry: bool = False,
        stop: Flag | None = None,
        listen: Callable[[Event], None] = lambda event: None,
    ) -> Report:
        workspace = Workspace.at(self.root)
        session = session_of(chosen, workspace.root)
        with workspace.writing():
            workspace.prepare()
            plan = planner(workspace, self.asked.items, self.videos, Retry() if retry else None)
            build = Build(
                plan,
                stages(chosen, session),
                LocalLanes(),
                EngineRuntime(),
                listen,
                stop or Flag(),
            )
            try:
                return build.run()
            finally:
                if session is not None:
                    close(session)

    def results(self, chosen: EvaluationSettings, **how: Any) -> Results:
        self.run(chosen, **how)
        return report(Workspace.at(self.root), chosen, self.asked)


def of(results: Results, label: str, protocol: str) -> ProtocolResult:
    """One protocol's numbers under one input."""
    (one,) = [one for one in results.inputs if one.input == label]
    (found,) = [p for p in one.protocols if p.protocol == protocol]
    return found
