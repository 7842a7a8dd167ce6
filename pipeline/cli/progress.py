"""Displays of a running build: a live table, plain lines, or JSON lines for machines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from pipeline.cli.talk import console, emit, talk
from pipeline.engine.events import Counts, Event, Listener, PackDone, StageEnded, StageStarted

PLAIN_EVERY_SECONDS = 10.0


def counts_text(counts: Counts) -> str:
    """`12 kept, 1 rejected (too_short 1), 2 failed (TimeLimit 2)`."""
    parts = [f"{counts.kept} kept"]
    for word, codes in (("rejected", counts.rejected), ("failed", counts.failed)):
        if codes:
            listed = ", ".join(f"{code} {n}" for code, n in codes.items())
            parts.append(f"{sum(codes.values())} {word} ({listed})")
    return ", ".join(parts)


@dataclass
class _Tally:
    """Running numbers of one stage."""

    todo: int = 0
    done: int = 0
    kept: int = 0
    rejected: int = 0
    failed: int = 0
    started: float = field(default_factory=time.monotonic)

    def add(self, event: PackDone) -> None:
        summary = event.summary
        self.done += summary.units
        self.kept += summary.kept
        self.rejected += sum(summary.rejected.values())
        self.failed += sum(summary.failed.values())

    @property
    def rate(self) -> float:
        return self.done / max(1e-6, time.monotonic() - self.started)

    @property
    def seconds_left(self) -> float:
        return (self.todo - self.done) / self.rate if self.done else 0.0


@contextmanager
def listening(*, as_json: bool) -> Iterator[Listener]:
    """The display that fits: JSON when asked for, live on a terminal, else plain lines."""
    if as_json:
        yield _json_line
    elif console.is_terminal:
        with _live() as display:
            yield display
    else:
        yield _PlainLines()


def _json_line(event: Event) -> None:
    match event:
        case StageStarted(stage, units, todo):
            emit({"event": "stage_started", "stage": stage, "units": units, "todo": todo})
        case PackDone(stage, summary, _):
            emit(
                {
                    "event": "pack_done",
                    "stage": stage,
                    "units": summary.units,
                    "kept": summary.kept,
                    "rejected": dict(summary.rejected),
                    "failed": dict(summary.failed),
                    "seconds": round(summary.seconds, 3),
                }
            )
        case StageEnded(stage, counts, ran, seconds, usage):
            emit(
                {
                    "event": "stage_ended",
                    "stage": stage,
                    "units": counts.units,
                    "kept": counts.kept,
                    "rejected": dict(counts.rejected),
                    "failed": dict(counts.failed),
                    "ran": ran,
                    "seconds": round(seconds, 3),
                    "cost_usd": usage.cost_usd,
                }
            )


@dataclass
class _PlainLines:
    """A line when a stage ends, and one every few seconds while it runs."""

    tally: _Tally = field(default_factory=_Tally)
    said: float = 0.0

    def __call__(self, event: Event) -> None:
        match event:
            case StageStarted(stage, _, todo):
                self.tally, self.said = _Tally(todo=todo), time.monotonic()
            case PackDone(stage, _, _):
                self.tally.add(event)
                waited = time.monotonic() - self.said
                if waited > PLAIN_EVERY_SECONDS and self.tally.done < self.tally.todo:
                    self.said = time.monotonic()
                    talk(
                        f"{stage}: {self.tally.done}/{self.tally.todo}, {self.tally.rate:.1f}/s, "
                        f"{self.tally.seconds_left:.0f} s left"
                    )
            case StageEnded(stage, counts, ran, seconds, _):
                did = f"{ran} run in {seconds:.1f} s" if ran else "nothing to do"
                talk(f"{stage}: {counts_text(counts)}; {did}")


@contextmanager
def _live() -> Iterator[Listener]:
    progress = Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[kept]} kept"),
        TextColumn("{task.fields[rejected]} rejected"),
        TextColumn("{task.fields[failed]} failed"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        console=console,
        # stdout is a log while a build runs, and Ray keeps hold of what it finds there.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with progress:
        yield _LiveLines(progress)


@dataclass
class _LiveLines:
    """One line a stage; those that ended stay above."""

    progress: Progress
    tally: _Tally = field(default_factory=_Tally)
    line: TaskID | None = None

    def __call__(self, event: Event) -> None:
        match event:
            case StageStarted(stage, units, todo):
                self.tally = _Tally(todo=todo)
                self.line = self.progress.add_task(
                    stage,
                    total=units,
                    completed=units - todo,
                    kept=0,
                    rejected=0,
                    failed=0,
                    rate="",
                )
            case PackDone() if self.line is not None:
                self.tally.add(event)
                tally = self.tally
                self.progress.update(
                    self.line,
                    advance=event.summary.units,
                    kept=tally.kept,
                    rejected=tally.rejected,
                    failed=tally.failed,
                    rate=f"{tally.rate:.1f}/s",
                )
            case StageEnded(_, counts, ran, seconds, _) if self.line is not None:
                self.progress.update(
                    self.line,
                    completed=counts.settled,
                    kept=counts.kept,
                    rejected=sum(counts.rejected.values()),
                    failed=sum(counts.failed.values()),
                    rate=f"{seconds:.1f} s" if ran else "reused",
                )
