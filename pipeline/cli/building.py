"""What `run` and `retry` have in common: a build in a workspace, watched, drained on Ctrl-C."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event as Flag

import typer

from pipeline.adoptions import adopted
from pipeline.cli import exit_codes
from pipeline.cli.lifetime import draining, ray_log
from pipeline.cli.overriding import say_stale
from pipeline.cli.partitioning import check_divisible, last_by_video, say_ended
from pipeline.cli.progress import listening
from pipeline.cli.talk import emit, literal, talk
from pipeline.engine.build import Build, Report
from pipeline.engine.cluster import RayLanes
from pipeline.engine.events import several
from pipeline.engine.metrics import RayMetrics
from pipeline.engine.planner import Retry
from pipeline.engine.run_log import run_log
from pipeline.engine.workspace import Workspace
from pipeline.errors import UsageError
from pipeline.graph import DATASET, check_stage_name, planner, session_of, stages
from pipeline.inputs import absolute_spec, find_inputs
from pipeline.llm.batch.files import COLLECTED, FOLDER
from pipeline.llm.batch.files import states as batch_states
from pipeline.llm.session import Session, hold_limits, tidy
from pipeline.partition import Partition
from pipeline.publish.reading import first_samples
from pipeline.recipe import Recipe, divided
from pipeline.recipe_file import recipe_hash, to_yaml
from pipeline.removals import REASON, check_whole, removed_ids
from pipeline.stages.batching import BatchAnswers
from pipeline.stale_overrides import StaleOverride, stale_overrides
from pipeline.storage.place import Place
from pipeline.store import BlobStore

SHOWN = 3
"""Questions printed at the end of a run."""


@dataclass(frozen=True)
class Job:
    """What to build, where, and how to say it again."""

    recipe: Recipe
    root: Place
    address: str
    again: str
    """The command that continues this one."""
    first: str | None = None
    last: str | None = None
    limit: int | None = None
    retry: Retry | None = None
    batch: bool = False
    """Ask language models by the batch API."""
    partition: Partition | None = None
    """What of the workspace to build; None: all."""
    dataset: Place | None = None
    """The folder to publish to; None: in the workspace."""

    @property
    def published(self) -> Place:
        return self.dataset or self.root / DATASET


def default_root(recipe: Recipe) -> Path:
    return Path("work") / recipe.name


def settle(recipe: Recipe, videos: Sequence[str] | None) -> Recipe:
    """The recipe with the inputs of the command line, in a form that holds from any folder."""
    specs = tuple(absolute_spec(spec) for spec in videos or recipe.inputs)
    if not specs:
        raise UsageError(f"recipe {recipe.name} names no inputs: add some, or name videos to run")
    return recipe.model_copy(update={"inputs": specs})


def build(job: Job, *, as_json: bool) -> int:
    """Run the job and return the exit status.

    Raises:
        DemitasseError: the run could not start or go on.
    """
    workspace = Workspace.at(job.root, job.partition)
    job = replace(job, recipe=adopted(job.recipe, workspace.store))
    among = job.partition.count if job.partition else 1
    recipe = divided(job.recipe, among)
    session = session_of(recipe, workspace.root, among)
    chain = stages(recipe, job.published.absolute(), session)
    for name in (job.first, job.last):
        if name is not None:
            check_stage_name(chain, name)
    inputs = find_inputs(job.recipe.inputs)[: job.limit]
    if job.partition is not None:
        said = f"--partition {job.partition}"
        check_divisible(said, job.first, job.last, batch=job.batch)
        inputs = [item for item in inputs if job.partition.owns(item.id)]
        job = replace(job, last=job.last or last_by_video([stage.name for stage in chain]))
    runtime = recipe.runtime
    services = [partial(hold_limits, session)] if session else []
    engine = runtime.engine
    lanes = RayLanes(job.address, engine.cpus, services, engine.metrics_port)
    with workspace.writing():
        workspace.prepare()
        check_whole(workspace.store)
        chain = stages(recipe, job.published.absolute(), session, removed_ids(workspace.store))
        if session and job.partition is None:
            tidy(session)
        workspace.store.write("recipe.yaml", to_yaml(job.recipe).encode())
        workspace.store.write("recipe.sha256", recipe_hash(job.recipe).encode())
        plan = planner(workspace, inputs, job.retry)
        del inputs  # the planner lets go of them when they are in the workspace
        with (
            draining() as stop,
            ray_log(workspace),
            run_log(workspace.store, job.partition) as log,
            listening(as_json=as_json) as display,
        ):
            before = _batching(job, session, workspace, stop)
            listen = several(display, log, RayMetrics(workspace.root.resolve().name))
            work = Build(plan, chain, lanes, engine, listen, stop, before)
            report = work.run(job.first, job.last)
            log.outcome = "stopped" if report.stopped else "halted" if report.halted else "done"
    # A partition does not know the questions of the others.
    stale = stale_overrides(workspace) if job.partition is None else []
    return _conclude(job, report, stale, as_json=as_json)


def _batching(
    job: Job, session: Session | None, workspace: Workspace, stop: Flag
) -> BatchAnswers | None:
    """What asks by the batch API before a stage runs; None for a run that asks online.

    Raises:
        UsageError: the recipe names no endpoint; or batches are under way that an online run
            would pay for once more.
    """
    if job.batch and session is None:
        raise UsageError(f"recipe {job.recipe.name} asks no endpoint: run it without --batch")
    if session is None:
        return None
    left = [s.id for s in batch_states(workspace.store) if s.state != COLLECTED]
    if left and not job.batch:
        where = workspace.store.where(f"{FOLDER}/{left[0]}.json")
        raise UsageError(
            f"{len(left)} batches of {job.root} are under way at the endpoint: run with --batch to "
            f"collect them, or remove {where} to forget one"
        )
    blobs = BlobStore(workspace.store)
    return BatchAnswers(session, blobs, talk, stop.is_set) if job.batch else None


def _conclude(job: Job, report: Report, stale: Sequence[StaleOverride], *, as_json: bool) -> int:
    """Say how it ended and what to do next."""
    failed = sum(sum(c.failed.values()) for c in report.counts.values())
    videos = report.counts["videos"].rejected if "videos" in report.counts else {}
    rejected = sum(n for reason, n in videos.items() if reason != REASON)
    dataset = job.published if "publish" in report.ran else None
    if report.stopped:
        code = exit_codes.STOPPED
    elif report.halted:
        code = exit_codes.HALTED
    else:
        code = exit_codes.PARTIAL if failed or rejected else exit_codes.DONE
    if as_json:
        halted = str(report.halted) if report.halted else None
        ended = {"event": "run_ended", "exit_status": code, "halted": halted}
        said = [asdict(override) for override in stale]
        where = {"partition": str(job.partition)} if job.partition else {}
        emit({**ended, **where, "dataset": dataset and str(dataset), "stale_overrides": said})
    elif dataset and not report.stopped and not report.halted:
        _show(dataset, job.root)
    work = literal(job.root)
    say_stale(stale)
    if report.halted:
        talk(f"[red]{literal(report.halted)}[/red]")
    if report.stopped or report.halted:
        talk(f"stopped; continue with: [bold]{literal(job.again)}[/bold]")
    elif job.partition:
        say_ended(job.partition)
    if rejected:
        talk(f"{rejected} inputs were rejected: [bold]demitasse status {work}[/bold] says why")
    if failed:
        talk(f"{failed} units failed: [bold]demitasse retry {work}[/bold] tries them again")
    return code


def _show(dataset: Place, work: Place) -> None:
    """The dataset's place, a few of its questions, and how to see one whole."""
    samples = first_samples(dataset, SHOWN)
    typer.echo(dataset)
    for sample in samples:
        talk(f"\n[bold]{literal(sample.task)}[/bold]  [dim]{literal(sample.id)}[/dim]")
        talk(f"  Q: {literal(sample.question)}\n  A: {literal(sample.answer)}")
    if samples:
        command = f"demitasse inspect {work} {samples[0].id} --image sample.png"
        page = literal(f"demitasse report {work}")
        talk(f"\nsee one with its frames and boxes: [bold]{literal(command)}[/bold]")
        talk(f"look at all of them, and judge them: [bold]{page}[/bold]")
    else:
        talk(f"no question was kept: [bold]demitasse status {literal(work)}[/bold]")
