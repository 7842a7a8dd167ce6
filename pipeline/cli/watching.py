"""`demitasse status --watch`: a run as it goes, from the file that it keeps writing."""

import time
from dataclasses import asdict
from typing import Final

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pipeline.cli.talk import console, emit, talk
from pipeline.engine.progress import RunProgress, StageProgress, read_progress
from pipeline.store import Store

EVERY_SECONDS: Final = 2.0


def watch(store: Store, *, as_json: bool) -> None:
    """Show the workspace's run, or its partitions, until all end or are heard of no more.

    Takes no lock. On a terminal a table that stays in place, else a line at every change, or JSON
    documents.
    """
    runs = read_progress(store)
    if not runs:
        talk("no run has told how far it is: [bold]demitasse status[/bold] shows what there is")
        return
    if as_json or not console.is_terminal:
        _lines(store, runs, as_json=as_json)
        return
    with Live(_table(runs), console=console, auto_refresh=False) as live:
        while any(run.lives(time.time()) for run in runs):
            time.sleep(EVERY_SECONDS)
            runs = read_progress(store) or runs
            live.update(_table(runs), refresh=True)
    _tell_endings(runs)


def _lines(store: Store, runs: list[RunProgress], *, as_json: bool) -> None:
    said: dict[str, str] = {}
    while True:
        now = time.time()
        for run in runs:
            if as_json:
                emit({**asdict(run), "alive": run.lives(now)})
            elif run.stages and (line := _line(run)) != said.get(run.partition):
                said[run.partition] = line
                talk(line)
        if not any(run.lives(now) for run in runs):
            break
        time.sleep(EVERY_SECONDS)
        runs = read_progress(store) or runs
    if not as_json:
        _tell_endings(runs)


def _line(run: RunProgress) -> str:
    at = run.stages[-1]
    return (
        f"{_of(run)}{at.stage}: {at.done}/{at.todo} done, {at.kept} kept, {at.rejected} rejected, "
        f"{at.failed} failed"
    )


def _of(run: RunProgress) -> str:
    return f"partition {run.partition}: " if run.partition else ""


def _tell_endings(runs: list[RunProgress]) -> None:
    for run in runs:
        talk(f"{_of(run)}{_ending(run)}")


def _ending(progress: RunProgress) -> str:
    if progress.ended is not None:
        return f"the run has ended: {progress.outcome}"
    return (
        f"process {progress.pid} on {progress.host} has said nothing since "
        f"{time.strftime('%H:%M:%S', time.localtime(progress.updated))}: it was killed, or the "
        "machine sleeps; the same command continues the run"
    )


def _table(runs: list[RunProgress]) -> Group:
    """The stages of a run; of several, each one's last."""
    now, several = time.time(), len(runs) > 1
    table = Table(box=None)
    first = ["partition"] if several else []
    for column in (*first, "stage", "to do", "done", "kept", "rejected", "failed", "rate", "left"):
        table.add_column(column, justify="left" if column in ("stage", *first) else "right")
    for run in runs:
        for at in run.stages[-1:] if several else run.stages:
            table.add_row(*([run.partition] if several else []), *_row(at, now))
    head = "" if several else f"run {runs[0].run}, process {runs[0].pid} on {runs[0].host}"
    stages = [at for run in runs for at in run.stages]
    tokens = sum(at.tokens_in + at.tokens_out for at in stages)
    cost = sum(at.cost_usd for at in stages)
    spent = f"{tokens} tokens, {cost:.4f} USD" if tokens or cost else ""
    return Group(Text(head), table, Text(spent))


def _row(at: StageProgress, now: float) -> list[str]:
    numbers = (at.todo, at.done, at.kept, at.rejected, at.failed)
    rate = at.rate(now)
    left = f"{(at.todo - at.done) / rate:.0f} s" if at.done and at.ended is None else ""
    return [at.stage, *map(str, numbers), f"{rate:.1f}/s" if at.done else "", left]
