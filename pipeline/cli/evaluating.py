"""What `evaluate` does: a build over the stages of an evaluation, then its report."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.cli import exit_codes
from pipeline.cli.lifetime import draining, ray_log
from pipeline.cli.progress import listening
from pipeline.cli.result_tables import show
from pipeline.cli.talk import emit, literal, talk
from pipeline.engine.build import Build, Report
from pipeline.engine.cluster import RayLanes
from pipeline.engine.events import several
from pipeline.engine.planner import Retry
from pipeline.engine.run_log import run_log
from pipeline.engine.workspace import Workspace
from pipeline.errors import UsageError
from pipeline.harness.dataset import Questions
from pipeline.harness.graph import labels, planner, session_of, stages
from pipeline.harness.report import report
from pipeline.harness.results import FILE
from pipeline.harness.settings_file import keep
from pipeline.harness.videos import check, find
from pipeline.llm.session import hold_limits, tidy
from pipeline.recipe.evaluation import EvaluationSettings


@dataclass(frozen=True)
class Job:
    """What to evaluate, where, and how to say it again."""

    settings: EvaluationSettings
    asked: Questions
    videos: Sequence[Path]
    root: Path
    address: str
    again: str
    retry: bool


def default_out(asked: Questions, settings: EvaluationSettings) -> Path:
    """`work/evaluations/<dataset>-<model>`."""
    model = re.sub(r"[^A-Za-z0-9._-]+", "-", settings.identity.model.name)
    return Path("work") / "evaluations" / f"{asked.name}-{model}"


def evaluate_job(job: Job, *, as_json: bool) -> int:
    """Run the job and return the exit status.

    Raises:
        DemitasseError: the evaluation could not start or go on.
    """
    workspace = Workspace.at(job.root)
    if workspace.store.exists("recipe.yaml"):
        raise UsageError(f"{job.root} is the workspace of a recipe: name another one with --out")
    settings = job.settings
    session = session_of(settings, workspace.root)
    check(job.asked.items, settings.identity)
    videos = find(job.videos, job.asked.items, settings.identity)
    engine = settings.runtime.engine
    services = [partial(hold_limits, session)] if session else []
    lanes = RayLanes(job.address, engine.cpus, services, engine.metrics_port)
    with workspace.writing():
        workspace.prepare()
        if session:
            tidy(session)
        keep(workspace.store, settings)
        plan = planner(workspace, job.asked.items, videos, Retry() if job.retry else None)
        with (
            draining() as stop,
            ray_log(workspace),
            run_log(workspace.store) as log,
            listening(as_json=as_json) as display,
        ):
            chain = stages(settings, session)
            ended = Build(plan, chain, lanes, engine, several(display, log), stop).run()
            log.outcome = "stopped" if ended.stopped else "halted" if ended.halted else "done"
        if ended.stopped or ended.halted:
            return _left(job, ended, as_json=as_json)
        results = report(workspace, settings, job.asked)
    failed = sum(n for one in results.inputs for p in one.protocols for n in p.failed.values())
    code = exit_codes.PARTIAL if failed else exit_codes.DONE
    if as_json:
        emit(
            {"event": "evaluated", "exit_status": code, "results": results.model_dump(mode="json")}
        )
    else:
        show(results)
        if "grounding" in settings.identity.protocols and "core" in labels(settings):
            talk("grounding with core frames gives the time away: take uniform or all for it")
        talk(f"written to [bold]{literal(job.root / FILE)}[/bold]")
    if failed:
        again = "the same command with [bold]--retry[/bold] tries them again"
        talk(f"{failed} of the grades failed: {again}")
    return code


def _left(job: Job, ended: Report, *, as_json: bool) -> int:
    """Say how to go on with an evaluation that has not come to its end."""
    code = exit_codes.STOPPED if ended.stopped else exit_codes.HALTED
    halted = str(ended.halted) if ended.halted else None
    if as_json:
        emit({"event": "evaluation_left", "exit_status": code, "halted": halted})
    if halted:
        talk(f"[red]{literal(halted)}[/red]")
    talk(f"stopped; continue with: [bold]{literal(job.again)}[/bold]")
    return code
