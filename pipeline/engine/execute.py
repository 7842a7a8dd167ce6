"""What a worker process does with a pack: read rows, call the stage, commit one part.

The part is the only effect (blobs go before it, under the name of their content), so a worker
may die at any point and a pack may be done twice: at worst its work is lost, never mixed.
"""

import resource
import sys
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Final, Literal

from blake3 import blake3

from pipeline.engine.columns import table_name
from pipeline.engine.packs import Pack
from pipeline.engine.parts import FAILED, REJECTED, InputRef, UnitResult, encode, to_parquet
from pipeline.engine.rows import RowReader
from pipeline.engine.stage import Closing, Stage, Unit, Worker
from pipeline.errors import ConservationError, DemitasseError
from pipeline.outcome import Failed, Kept, Outcome, Rejected, Usage
from pipeline.store import BlobStore, Store

BUG = "InternalError"
"""The error class of an exception that left a stage: a bug to be reported, with its place."""


MESSAGE_CHARACTERS: Final = 200
"""Of a message that is told about; the part has all of it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A unit of a pack that was not kept."""

    place: int
    """In the pack."""
    status: Literal["rejected", "failed"]
    code: str
    message: str


@dataclass(frozen=True)
class Summary:
    """What the driver is told about a pack; the outcomes themselves are in the part."""

    units: int
    kept: int
    rejected: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    troubles: tuple[Trouble, ...] = ()


@dataclass
class Executor:
    """One stage in one process: its worker, loaded once, and the reader of its inputs."""

    stage: Stage
    folder: str
    store: Store
    tag: str = ""
    """What the names of its parts carry: under which lease they were made."""
    _worker: Worker | None = None

    def __post_init__(self) -> None:
        self.reader = RowReader(self.store)
        self.blobs = BlobStore(self.store)

    def run(self, pack: Pack, turn: AbstractContextManager[object] | None = None) -> Summary:
        """Do a pack and commit it.

        `turn` is held while the worker is made, and while it works unless it may work on
        several packs at once.

        Raises:
            StorageError: the part could not be written; nothing of it was.
            HaltedError: the worker may not go on; nothing of the pack was committed.
        """
        started = time.perf_counter()
        units = self.reader.units(self.stage, pack)
        turn = turn or nullcontext()
        with turn:
            if self._worker is None:
                self._worker = self.stage.worker(self.blobs)
            worker = self._worker
        at_once = self.stage.resources.packs
        with turn if at_once == 1 else nullcontext():
            before = time.perf_counter()
            outcomes = list(self._outcomes(worker, units))
            seconds = (time.perf_counter() - before) / len(units) / at_once
        memory_mb = _peak_memory_mb()
        results = [
            UnitResult(
                unit_id=unit.id,
                unit_key=pack.keys[i],
                outcome=outcome,
                attempts=pack.attempts[i] + _attempts(outcome),
                seconds=seconds,
                memory_mb=memory_mb,
                inputs=self._inputs(pack, unit, i),
            )
            for i, (unit, outcome) in enumerate(zip(units, outcomes, strict=True))
        ]
        self.commit(results)
        return summarise(outcomes, time.perf_counter() - started)

    def close(self) -> None:
        """End what the worker started outside of its process, such as a model server."""
        if isinstance(self._worker, Closing):
            self._worker.close()

    def commit(self, results: Sequence[UnitResult]) -> None:
        """Write blobs, then the part, in that order."""
        for result in results:
            if isinstance(result.outcome, Kept):
                for blob in result.outcome.blobs:
                    self.blobs.write(blob)
        data = to_parquet(encode(self.stage.writes, results))
        label = blake3(b"".join(r.unit_key for r in results)).hexdigest(8)
        name = f"part-{label}-{uuid.uuid4().hex[:8]}{self.tag}.parquet"
        self.store.write(f"{self.folder}/{name}", data)

    def _outcomes(self, worker: Worker, units: Sequence[Unit]) -> list[Outcome]:
        """The outcome of every unit; an exception costs the unit that raised it, no other."""
        outcomes: list[Outcome] = []
        try:
            outcomes.extend(worker(units))
        except DemitasseError:
            raise
        except Exception as error:  # a bug of ours in one unit must not cost the others
            rest = units[len(outcomes) :]
            if len(rest) == 1:
                return [*outcomes, _bug(error)]
            # The exception of a batch does not say whose it is: one by one, each gets its own.
            for unit in rest:
                outcomes += self._outcomes(worker, [unit])
            return outcomes
        if len(outcomes) != len(units):
            raise ConservationError(
                f"stage {self.stage.name} returned {len(outcomes)} outcomes for {len(units)} units"
            )
        return outcomes

    def _inputs(self, pack: Pack, unit: Unit, index: int) -> tuple[InputRef, ...]:
        out: list[InputRef] = []
        if self.stage.resources.driver:
            return ()  # it reads everything; listing it again would double the workspace
        for table, refs in zip(self.stage.tables, pack.tables, strict=True):
            name = f"{table.stage}.{table_name(table.record)}"
            first, last = refs.offsets[index], refs.offsets[index + 1]
            digests = refs.digests[first:last].tolist()
            ids = [row.id for row in unit.all(table.view)]
            out += [InputRef(name, i, d) for i, d in zip(ids, digests, strict=True)]
        return tuple(out)


def summarise(outcomes: Sequence[Outcome], seconds: float) -> Summary:
    """Count a pack's outcomes for the driver."""
    kept, rejected, failed = 0, Counter[str](), Counter[str]()
    troubles: list[Trouble] = []
    for place, outcome in enumerate(outcomes):
        message = "" if isinstance(outcome, Kept) else outcome.message[:MESSAGE_CHARACTERS]
        match outcome:
            case Kept():
                kept += 1
            case Failed(error_class=code):
                failed[code] += 1
                troubles.append(Trouble(place, FAILED, code, message))
            case Rejected(reason=code):
                rejected[code] += 1
                troubles.append(Trouble(place, REJECTED, code, message))
    usage = Usage(
        sum(o.usage.tokens_in for o in outcomes),
        sum(o.usage.tokens_out for o in outcomes),
        sum(o.usage.cost_usd for o in outcomes),
    )
    return Summary(len(outcomes), kept, rejected, failed, seconds, usage, tuple(troubles))


def _attempts(outcome: Outcome) -> int:
    return outcome.attempts if isinstance(outcome, Failed) else 1


def _bug(error: Exception) -> Failed:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
    return Failed(BUG, f"{type(error).__name__} at {place}: {error} (please report this)")


def _peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024
