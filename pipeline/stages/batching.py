"""Answering a stage's questions by the batch API before the stage runs; a helper, not a stage.

The stage then finds every answer in the store. What no batch answered is asked online.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.engine.stage import Blobs, Stage, Unit
from pipeline.llm.batch.files import Pending
from pipeline.llm.batch.runs import Batches
from pipeline.llm.session import Session, run
from pipeline.models.batch_writer import BatchWriter
from pipeline.models.endpoint_writer import EndpointWriter
from pipeline.stages.writing import AskingWorker, asks

MOST_ROUNDS = 8
"""Of batches for one stage: a question, its correction, the next question of the script, ..."""


@dataclass
class BatchAnswers:
    """Sees to it that the answers of a stage's units are in the store."""

    session: Session
    blobs: Blobs
    say: Callable[[str], None]
    stopping: Callable[[], bool]

    def __call__(self, stage: Stage, packs: Callable[[], Iterator[Sequence[Unit]]]) -> None:
        """Ask for what the units of a stage need, round after round.

        Args:
            packs: all units to be done, anew at each call.

        Raises:
            HaltedError: the budget allows no batch, or the endpoint takes none.
        """
        worker = stage.worker(self.blobs) if asks(stage) else None
        if not isinstance(worker, AskingWorker) or not isinstance(worker.writer, EndpointWriter):
            return
        if worker.writer.settings.kind == "server":
            return  # the run's own server answers at once, and has no batches
        batches = self._batches(worker.writer)
        if run(batches.finish(batches.open())) is None:
            return
        collecting = BatchWriter(worker.writer.settings, batches.responses, batches.bound)
        asking = AskingWorker(worker.stage, worker.settings, collecting, self.blobs, worker.script)
        refused = frozenset[str]()
        for _ in range(MOST_ROUNDS):
            done = run(batches.ask(_pending(asking, collecting, packs, refused)))
            if done is None or not done.lines:
                return
            refused |= done.failed
            if not done.answered:
                break
        self.say(f"{stage.name}: what no batch answered is asked online")

    def _batches(self, writer: EndpointWriter) -> Batches:
        asking = self.session.asking(writer.section, writer.settings)
        calls = asking.calls
        return Batches(
            section=writer.section,
            model=calls.model,
            runtime=calls.runtime,
            budget=self.session.runtime.budget,
            store=asking.responses.store,
            transport=calls.transport,
            responses=asking.responses,
            log=calls.log,
            say=self.say,
            stopping=self.stopping,
            bound=calls.bound,
        )


def _pending(
    worker: AskingWorker,
    collecting: BatchWriter,
    packs: Callable[[], Iterator[Sequence[Unit]]],
    refused: frozenset[str],
) -> Iterator[Pending]:
    """What is missing, pack by pack, so that no stage's pictures are in memory at once."""
    seen = set(refused)
    for units in packs():
        worker(units)
        for one in collecting.pending:
            if one.request.key not in seen:
                seen.add(one.request.key)
                yield one
        collecting.pending.clear()
