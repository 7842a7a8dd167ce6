"""How far a pass over many rows is: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.cli.talk import console, talk

PLAIN_EVERY_SECONDS = 10.0


@contextmanager
def counting(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Gives what is told how many rows are done; all of it goes to stderr.

    Args:
        total: None where only the pass itself finds out.
    """
    if console.is_terminal:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
        )
        with Progress(*columns, console=console, transient=True) as progress:
            line = progress.add_task(what, total=total)
            yield lambda done: progress.update(line, completed=done)
        return
    said = time.monotonic()

    def tell(done: int) -> None:
        nonlocal said
        if time.monotonic() - said > PLAIN_EVERY_SECONDS:
            said = time.monotonic()
            talk(f"{what}: {done}" + (f" of {total}" if total is not None else ""))

    yield tell
