"""Running batches: submit what is pending, wait, collect, and pick up what a crash left."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from pipeline.errors import BudgetSpentError, EndpointError
from pipeline.llm.attempts import Attempts, spent
from pipeline.llm.batch import files, remote
from pipeline.llm.batch.collect import Collected, announced, collect, withdrawn
from pipeline.llm.batch.files import BatchState, Pending
from pipeline.llm.budget import Budget
from pipeline.llm.price import Bound
from pipeline.llm.request import ChatRequest
from pipeline.llm.responses import Responses
from pipeline.llm.session import Section
from pipeline.llm.transport import Transport
from pipeline.recipe import BudgetRuntime, EndpointRuntime
from pipeline.store import Store

FIRST_LOOK: Final = 2.0
SELDOM: Final = 60.0
"""Seconds between two looks at a batch, at first and at most."""


@dataclass
class Batches:
    """The batches of one section's endpoint."""

    section: Section
    model: str
    runtime: EndpointRuntime
    budget: BudgetRuntime
    store: Store
    transport: Transport
    responses: Responses
    log: Attempts
    say: Callable[[str], None]
    stopping: Callable[[], bool]
    """Whether the user asked the run to end; batches go on at the endpoint meanwhile."""
    bound: Callable[[ChatRequest], Bound]
    """The most a call can use."""

    def open(self) -> list[BatchState]:
        """Batches that an earlier run left behind."""
        here = [s for s in files.states(self.store) if s.section == self.section]
        return [state for state in here if state.state != files.COLLECTED]

    async def ask(self, pending: Iterable[Pending]) -> Collected | None:
        """Submit these and wait for them; None if the run was stopped meanwhile.

        Raises:
            BudgetSpentError: not one of them fits the budget.
            EndpointError: the endpoint takes no batches, or refused one.
        """
        structured = self.runtime.structured != "prompt"
        affordable = self._affordable(pending)
        intents = files.written(
            self.store, self.section, affordable, self.model, structured=structured
        )
        return await self.finish([await self._submitted(intent) for intent in intents])

    async def finish(self, states: Iterable[BatchState]) -> Collected | None:
        """Wait for batches and collect them, whichever state a crash left them in."""
        answered, failed, missing = 0, set[str](), 0
        for state in states:
            if state.state == files.INTENT:
                # A crash came between writing the intent and saving the endpoint's id.
                found = await remote.search(self.transport, state.id)
                state = await self._submitted(state, found=found)
            collected = await self._collected(state)
            if collected is None:
                return None
            answered += collected.answered
            failed |= collected.failed
            missing += collected.missing
        return Collected(answered, frozenset(failed), missing)

    def _affordable(self, pending: Iterable[Pending]) -> Iterable[Pending]:
        """Those that the budget allows, each reserved at the most it can cost."""
        budget = Budget(self.budget, spent(self.store))
        for taken, one in enumerate(pending):
            if not budget.fits(one.bound):
                if not taken:
                    raise BudgetSpentError(budget.told())
                self.say(f"the budget allows {taken} of the calls in this batch")
                return
            budget.reserve(one.bound)
            yield one

    async def _submitted(self, state: BatchState, *, found: str | None = None) -> BatchState:
        there = found
        if there is None:
            lines = files.lines_of(self.store, state)
            # Written down first: what is submitted and then forgotten is paid all the same.
            announced(self.log, state.id, lines.values())
            try:
                with self.store.as_path(files.request_file(state)) as path:
                    there = await remote.submit(self.transport, state.id, path)
            except remote.NotTakenError:
                # First: under this id nothing may be submitted once its calls have ended.
                files.finished(self.store, state, "not taken")
                withdrawn(self.log, state.id, lines.values())
                raise
        submitted = replace(state, state=files.SUBMITTED, remote=there)
        files.save(self.store, submitted)
        self.say(f"batch {there}: {state.lines} calls submitted")
        return submitted

    async def _collected(self, state: BatchState) -> Collected | None:
        assert state.remote is not None
        started, wait, told = time.monotonic(), FIRST_LOOK, -1
        while True:
            found = await remote.look(self.transport, state.remote)
            if found.status in remote.ENDED:
                break
            if found.done != told:
                told = found.done
                self.say(f"batch {state.remote}: {found.status}, {told} of {state.lines} done")
            for _ in range(int(wait * 10)):
                if self.stopping():
                    return None
                await asyncio.sleep(0.1)
            wait = min(SELDOM, 2 * wait)
        rows = await remote.rows(self.transport, found)
        lines = files.lines_of(self.store, state)
        seconds = time.monotonic() - started
        price = self.runtime.price
        done = collect(state.id, lines, rows, self.responses, self.log, price, seconds)
        files.finished(self.store, state, found.status)
        self.say(f"batch {state.remote}: {found.status}, {done.answered} of {len(lines)} answered")
        if found.status == "failed":
            raise EndpointError(
                f"the endpoint refused batch {state.remote}: {found.message or 'no reason given'}; "
                "run without --batch, or mend it and run again"
            )
        return done
