"""The attempts: every call that was sent, how it ended, and what it cost.

A call is written down before it is sent and again when it ends. One that has no end was in
flight when its process died: it may have been billed, so it counts as the most it can cost.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pyarrow as pa

from pipeline.llm.budget import Spent
from pipeline.llm.journal import Form, Journal, nested, records
from pipeline.llm.price import Bound, Tokens
from pipeline.store import Store

SENT: Final = "sent"
ENDED: Final = "ended"

ONLINE: Final = "online"
OWN: Final = "server"
"""How a call went out: to an endpoint, or to a server of the run's own, which costs no budget."""

BATCHED: Final = ":"
"""Stands in the ids of calls that are lines of a batch, and in no others."""

FORM: Final = Form(
    "attempts",
    pa.schema(
        [
            ("id", pa.string()),
            ("event", pa.string()),
            ("time", pa.float64()),
            ("stage", pa.string()),
            ("unit", pa.string()),
            ("key", pa.string()),
            ("label", pa.string()),
            ("via", pa.string()),
            ("tokens", pa.int64()),
            ("usd", pa.float64()),
            ("cost_usd", pa.float64()),
            ("tokens_in", pa.int64()),
            ("tokens_cached", pa.int64()),
            ("tokens_out", pa.int64()),
            ("seconds", pa.float64()),
            ("error_class", pa.string()),
            ("message", pa.string()),
            ("request", pa.string()),
            ("reply", pa.string()),
        ]
    ),
)


@dataclass(frozen=True)
class Asked:
    """Who asks what: the same for all attempts of one request."""

    stage: str
    unit: str
    key: str
    label: str
    via: str = ONLINE


@dataclass(frozen=True)
class End:
    """How a call ended."""

    used: Bound
    """For the budget; the bound itself where the endpoint did not say."""
    tokens: Tokens | None
    """As the endpoint reported them."""
    usd: float | None
    seconds: float
    error_class: str = ""
    """Empty for an answer."""
    message: str = ""
    request: Sequence[Mapping[str, Any]] | None = None
    """Of a call that failed for good: what was asked, for `inspect`."""
    reply: Mapping[str, Any] | None = None
    """And what came back, where something did."""


@dataclass
class Attempts:
    """The log as one process writes it."""

    store: Store
    _journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self._journal = Journal(self.store, FORM)

    def sent(self, asked: Asked, bound: Bound, time: float, call: str | None = None) -> str:
        """Write down that a call is about to be sent; returns its id."""
        record = {**_fields(asked), "event": SENT, "time": time}
        record |= {"tokens": bound.tokens, "usd": bound.usd}
        return self._append(record, call)

    def ended(self, call: str, asked: Asked, end: End, time: float) -> None:
        record = {**_fields(asked), "event": ENDED, "time": time}
        record |= {
            "tokens": end.used.tokens,
            "usd": end.used.usd,
            "cost_usd": end.usd,
            "seconds": end.seconds,
            "error_class": end.error_class,
            "message": end.message,
        }
        if end.tokens is not None:
            record |= {
                "tokens_in": end.tokens.given,
                "tokens_cached": end.tokens.cached,
                "tokens_out": end.tokens.written,
            }
        if end.request is not None:
            record["request"] = end.request
        if end.reply is not None:
            record["reply"] = end.reply
        self._append(record, call)

    def close(self) -> None:
        self._journal.close()

    def _append(self, record: dict[str, Any], call: str | None = None) -> str:
        record["id"] = call or uuid.uuid4().hex
        self._journal.append(record)
        if self._journal.full:
            self._journal.seal()
        return str(record["id"])


def _fields(asked: Asked) -> dict[str, Any]:
    return {
        "stage": asked.stage,
        "unit": asked.unit,
        "key": asked.key,
        "label": asked.label,
        "via": asked.via,
    }


@dataclass(frozen=True)
class StageSpend:
    """What the calls of one stage to one model cost."""

    stage: str
    label: str
    requests: int = 0
    failed: int = 0
    """Calls that ended in an error, those that were sent again included."""
    unknown: int = 0
    """Calls whose end nobody saw: their process died."""
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    usd: float | None = None
    """Null where the model has no price: unknown is not zero."""
    unknown_usd: float = 0.0
    """The most that the unknown ones can have cost; not in `usd`."""
    seconds: float = 0.0


def spend(store: Store) -> list[StageSpend]:
    """What was spent, by stage and model, over all runs."""
    found: dict[tuple[str, str], StageSpend] = {}
    open_calls = _Open()
    columns = ["id", "event", "stage", "label", "usd", "cost_usd", "tokens_in", "tokens_cached"]
    columns += ["tokens_out", "seconds", "error_class"]
    for record in records(store, FORM, columns):
        if not open_calls.take(record):
            continue
        name = (record["stage"], record["label"])
        before = found.get(name, StageSpend(*name))
        found[name] = replace(
            before,
            requests=before.requests + 1,
            failed=before.failed + bool(record["error_class"]),
            tokens_in=before.tokens_in + (record["tokens_in"] or 0),
            tokens_cached=before.tokens_cached + (record["tokens_cached"] or 0),
            tokens_out=before.tokens_out + (record["tokens_out"] or 0),
            usd=_added(before.usd, record["cost_usd"]),
            seconds=before.seconds + (record["seconds"] or 0.0),
        )
    for record in open_calls.sent.values():
        name = (record["stage"], record["label"])
        before = found.get(name, StageSpend(*name))
        found[name] = replace(
            before,
            requests=before.requests + 1,
            unknown=before.unknown + 1,
            unknown_usd=before.unknown_usd + (record["usd"] or 0.0),
        )
    return sorted(found.values(), key=lambda s: (s.stage, s.label))


def _added(total: float | None, usd: float | None) -> float | None:
    return total if usd is None else (total or 0.0) + usd


def spent(store: Store) -> Spent:
    """What counts against the budget: what calls used, and the most of those left open."""
    requests, tokens, usd = 0, 0, 0.0
    open_calls = _Open()
    for record in records(store, FORM, ["id", "event", "via", "tokens", "usd"]):
        if record["via"] != OWN and open_calls.take(record):
            requests += 1
            tokens += record["tokens"] or 0
            usd += record["usd"] or 0.0
    for record in open_calls.sent.values():
        requests += 1
        tokens += record["tokens"] or 0
        usd += record["usd"] or 0.0
    return Spent(requests, tokens, usd)


@dataclass
class _Open:
    """Calls without an end so far; the two events of one may lie in two files, in any order."""

    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    early: set[str] = field(default_factory=set)
    collected: set[str] = field(default_factory=set)
    """Lines of batches that ended: one that was killed may be announced, or collected, twice."""

    def take(self, record: dict[str, Any]) -> bool:
        """Whether the record is the end of a call."""
        call = record["id"]
        if call in self.collected:
            return False
        if record["event"] == SENT:
            if call in self.early:
                self.early.remove(call)
            else:
                self.sent[call] = record
            return False
        known = self.sent.pop(call, None) is not None
        if BATCHED in call:
            self.collected.add(call)
        elif not known:
            self.early.add(call)
        return True


def of_unit(store: Store, stage: str, unit: str) -> list[dict[str, Any]]:
    """Every call that ended in an error for this unit, with what was asked and came back."""
    found = [
        {**record, "request": nested(record["request"]), "reply": nested(record["reply"])}
        for record in records(store, FORM, list(FORM.schema.names))
        if record["stage"] == stage and record["unit"] == unit and record["error_class"]
    ]
    return sorted(found, key=lambda record: float(record["time"]))
