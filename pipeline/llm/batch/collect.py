"""What came of a batch: answers into the store, all of it into the log of attempts."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline.llm.attempts import BATCHED, Asked, Attempts, End
from pipeline.llm.batch.files import Line
from pipeline.llm.price import Bound, Tokens, cost
from pipeline.llm.reading import is_chat, tokens_of, whole, why_incomplete
from pipeline.llm.responses import Responses, Stored
from pipeline.recipe import PriceSettings

_SHOWN: Final = 400
"""Characters of an endpoint's own words that the log keeps."""


@dataclass(frozen=True)
class Collected:
    """How the lines of a batch ended."""

    answered: int
    failed: frozenset[str]
    """Keys whose request is at fault, or whose answer was not complete: asking again would give
    the same."""
    missing: int
    """Lines that were not done, or failed in a way that may pass; they can be asked again."""

    @property
    def lines(self) -> int:
        return self.answered + len(self.failed) + self.missing


def call_id(batch: str, key: str) -> str:
    """The id of a line's call in the log: the same however often it is written."""
    return f"{batch}{BATCHED}{key}"


def announced(log: Attempts, batch: str, lines: Iterable[Line]) -> None:
    """Write down that these calls are on their way."""
    for line in lines:
        log.sent(_asked(line), Bound(line.tokens, line.usd), time.time(), call_id(batch, line.key))


def withdrawn(log: Attempts, batch: str, lines: Iterable[Line]) -> None:
    """Write down that they were not submitted after all."""
    for line in lines:
        end = End(Bound(0), None, None, 0.0, "BatchLine", "the batch could not be submitted")
        log.ended(call_id(batch, line.key), _asked(line), end, time.time())


def collect(
    batch: str,
    lines: Mapping[str, Line],
    rows: Iterable[Mapping[str, Any]],
    responses: Responses,
    log: Attempts,
    price: PriceSettings | None,
    seconds: float,
) -> Collected:
    """Take in the lines of a batch's files; lines that are not there were not done."""
    answered, failed = 0, set[str]()
    left = dict(lines)
    for row in rows:
        line = left.pop(str(row["custom_id"]), None)
        if line is None:
            continue
        response = row.get("response")
        body, status = None, None
        if isinstance(response, Mapping):
            body, status = response.get("body"), response.get("status_code")
        if status == 200 and isinstance(body, Mapping) and is_chat(body):
            if _answer(batch, line, body, responses, log, price, seconds):
                answered += 1
            else:
                failed.add(line.key)
            continue
        message = _message(row, body)
        end = End(Bound(0), None, None, seconds, "BatchLine", message, request=line.request)
        log.ended(call_id(batch, line.key), _asked(line), end, time.time())
        if isinstance(status, int) and 400 <= status < 500 and status not in (408, 409, 429):
            failed.add(line.key)
    for line in left.values():
        end = End(Bound(0), None, None, seconds, "BatchLine", "the batch ended without this line")
        log.ended(call_id(batch, line.key), _asked(line), end, time.time())
    return Collected(answered, frozenset(failed), len(lines) - answered - len(failed))


def _answer(
    batch: str,
    line: Line,
    body: Mapping[str, Any],
    responses: Responses,
    log: Attempts,
    price: PriceSettings | None,
    seconds: float,
) -> bool:
    """Whether the answer is complete, and so stored."""
    tokens = tokens_of(body)
    usd = cost(price, tokens, batch=True) if tokens else None
    error_class, message = why_incomplete(body, plain=line.plain) or ("", "")
    end = End(
        used=_used(tokens, usd, line),
        tokens=tokens,
        usd=usd,
        seconds=seconds,
        error_class=error_class,
        message=message,
        request=line.request if error_class else None,
        reply=body if error_class else None,
    )
    log.ended(call_id(batch, line.key), _asked(line), end, time.time())
    if error_class:
        return False
    if responses.find(line.key) is not None:
        return True  # a run that was killed while it collected this batch had it already
    responses.add(
        Stored(
            key=line.key,
            stage=line.stage,
            unit=line.unit,
            label=line.label,
            via="batch",
            seconds=seconds,
            cost_usd=usd,
            request=line.request,
            response=body,
        )
    )
    return True


def _used(tokens: Tokens | None, usd: float | None, line: Line) -> Bound:
    if tokens is None:
        return Bound(line.tokens, line.usd)
    return Bound(tokens.given + tokens.written, usd or 0.0)


def _asked(line: Line) -> Asked:
    return Asked(line.stage, line.unit, line.key, line.label, via="batch")


def _message(row: Mapping[str, Any], body: Any) -> str:
    """Why a line has no answer, in whichever form its endpoint says so."""
    said = row.get("error") or body
    while isinstance(said, Mapping):
        said = said.get("error") or said.get("message") or said.get("code")
    return whole(str(said or "no answer"))[:_SHOWN]
