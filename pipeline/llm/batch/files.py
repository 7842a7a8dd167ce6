"""Batches on disk: the file that is submitted, what its lines stand for, and how far it is."""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from pipeline.llm.price import Bound
from pipeline.llm.request import ChatRequest
from pipeline.llm.session import Section
from pipeline.store import Store

FOLDER: Final = "batches"
LARGEST_BYTES: Final = 190 * 1000 * 1000
"""Of a file; endpoints take 200 MB."""
MOST_LINES: Final = 50_000

INTENT: Final = "intent"
SUBMITTED: Final = "submitted"
COLLECTED: Final = "collected"
"""Nothing more is to be had of it."""


@dataclass(frozen=True)
class Pending:
    """A request that waits to be submitted, and who asks."""

    request: ChatRequest
    stage: str
    unit: str
    bound: Bound


@dataclass(frozen=True)
class Line:
    """What a line of a batch stands for: all that its answer is stored with."""

    key: str
    stage: str
    unit: str
    label: str
    tokens: int
    usd: float
    """The most it can cost."""
    request: list[dict[str, Any]]
    plain: bool = False
    """Plain text was asked for."""


@dataclass(frozen=True)
class BatchState:
    """How far a batch is; written before each step, so that a crash finds its way back."""

    id: str
    """Ours: it is in the batch's metadata too, so that the batch can be found by it."""
    section: Section
    state: str
    lines: int
    remote: str | None = None
    """The endpoint's id."""
    ended: str | None = None
    """The status it ended with."""


def written(
    store: Store,
    section: Section,
    pending: Iterable[Pending],
    model: str,
    *,
    structured: bool,
) -> Iterator[BatchState]:
    """Batches of these requests as intents on disk, each no larger than endpoints take."""
    bodies: list[bytes] = []
    lines: list[Line] = []
    size = 0
    for one in pending:
        body = {
            "custom_id": one.request.key,
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": one.request.body(model, structured=structured),
        }
        data = json.dumps(body, separators=(",", ":")).encode() + b"\n"
        if bodies and (size + len(data) > LARGEST_BYTES or len(bodies) >= MOST_LINES):
            yield _commit(store, section, bodies, lines)
            bodies, lines, size = [], [], 0
        bodies.append(data)
        lines.append(_line(one))
        size += len(data)
    if bodies:
        yield _commit(store, section, bodies, lines)


def _line(one: Pending) -> Line:
    request = one.request
    tokens, usd = one.bound.tokens, one.bound.usd
    return Line(
        key=request.key,
        stage=one.stage,
        unit=one.unit,
        label=request.label,
        tokens=tokens,
        usd=usd,
        request=request.shown(),
        plain=request.schema is None,
    )


def _commit(store: Store, section: Section, bodies: list[bytes], lines: list[Line]) -> BatchState:
    state = BatchState(uuid.uuid4().hex, section, INTENT, len(lines))
    store.write(f"{FOLDER}/{state.id}.jsonl", b"".join(bodies))
    told = [json.dumps(asdict(line), separators=(",", ":")).encode() + b"\n" for line in lines]
    store.write(f"{FOLDER}/{state.id}.lines", b"".join(told))
    save(store, state)
    return state


def save(store: Store, state: BatchState) -> None:
    store.write(f"{FOLDER}/{state.id}.json", json.dumps(asdict(state), indent=1).encode())


def states(store: Store) -> list[BatchState]:
    """All batches of the workspace, those that are done too."""
    names = [name for name in store.names(FOLDER) if name.endswith(".json")]
    return [BatchState(**json.loads(store.read(f"{FOLDER}/{name}"))) for name in names]


def lines_of(store: Store, state: BatchState) -> Mapping[str, Line]:
    """What the lines of a batch stand for, by their keys."""
    data = store.read(f"{FOLDER}/{state.id}.lines")
    found = (Line(**json.loads(line)) for line in data.splitlines())
    return {line.key: line for line in found}


def request_file(state: BatchState) -> str:
    """The name of the file that is submitted."""
    return f"{FOLDER}/{state.id}.jsonl"


def finished(store: Store, state: BatchState, ended: str) -> BatchState:
    """Nothing more is to come of it; the file with the pictures is not needed any longer."""
    done = replace(state, state=COLLECTED, ended=ended)
    save(store, done)
    store.remove(request_file(state))
    return done
