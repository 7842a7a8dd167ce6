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
    """Show the workspace's run until it ends or is heard of no more; takes no lock.

    On a terminal a table that stays in place, else a line at every change, or JSON documents.
    """
    progress = read_progress(store)
    if progress is None:
        talk("no run has told how far it is: [bold]demitasse status[/bold] shows what there is")
        return
    if as_json or not console.is_terminal:
        _lines(store, progress, as_json=as_json)
        return
    with Live(_table(progress), console=console, auto_refresh=False) as live:
        while progress.lives(time.time()):
            time.sleep(EVERY_SECONDS)
            progress = read_progress(store) or progress
            live.update(_table(progress), refresh=True)
    talk(_ending(progress))


def _lines(store: Store, progress: RunProgress, *, as_json: bool) -> None:
    said = ""
    while True:
        lives = progress.lives(time.time())
        if as_json:
            emit({**asdict(progress), "alive": lives})
        elif progress.stages and (line := _line(progress.stages[-1])) != said:
            said = line
            talk(line)
        if not lives:
            break
        time.sleep(EVERY_SECONDS)
        progress = read_progress(store) or progress
    if not as_json:
        talk(_ending(progress))


def _line(at: StageProgress) -> str:
    return (
        f"{at.stage}: {at.done}/{at.todo} done, {at.kept} kept, {at.rejected} rejected, "
        f"{at.failed} failed"
    )


def _ending(progress: RunProgress) -> str:
    if progress.ended is not None:
        return f"the run has ended: {progress.outcome}"
    return (
        f"process {progress.pid} on {progress.host} has said nothing since "
        f"{time.strftime('%H:%M:%S', time.localtime(progress.updated))}: it was killed, or the "
        "machine sleeps; the same command continues the run"
    )


def _table(progress: RunProgress) -> Group:
    now = time.time()
    table = Table(box=None)
    for column in ("stage", "to do", "done", "kept", "rejected", "failed", "rate", "left"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for at in progress.stages:
        numbers = (at.todo, at.done, at.kept, at.rejected, at.failed)
        rate = at.rate(now)
        left = f"{(at.todo - at.done) / rate:.0f} s" if at.done and at.ended is None else ""
        table.add_row(at.stage, *map(str, numbers), f"{rate:.1f}/s" if at.done else "", left)
    head = f"run {progress.run}, process {progress.pid} on {progress.host}"
    tokens = sum(at.tokens_in + at.tokens_out for at in progress.stages)
    cost = sum(at.cost_usd for at in progress.stages)
    spent = f"{tokens} tokens, {cost:.4f} USD" if tokens or cost else ""
    return Group(Text(head), table, Text(spent))
