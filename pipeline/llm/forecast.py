"""What calls are still to be made, and what they cost, before any of it is spent."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pipeline.llm.attempts import StageSpend
from pipeline.llm.price import Tokens, cost
from pipeline.llm.request import ChatRequest
from pipeline.recipe import EndpointRuntime

BYTES_A_TOKEN: Final = 4
"""Of English text, about."""


@dataclass(frozen=True)
class CallForecast:
    """The calls of one stage to one model."""

    stage: str
    model: str
    stored: int
    """Answered before: they cost nothing."""
    requests: int
    tokens_in: int
    """Estimated: a token for four bytes of text, and the recipe's `picture_tokens` a picture."""
    tokens_out: int
    tokens_out_known: bool
    """By what this workspace's earlier calls of the stage took; otherwise the most allowed."""
    usd: float | None
    """Null where the model has no price."""
    projected: bool
    """Some of the units are not there yet: how many there will be is itself an estimate."""


def call_forecast(
    stage: str,
    model: str,
    missing: Iterable[ChatRequest],
    stored: int,
    scale: float,
    runtime: EndpointRuntime,
    history: Iterable[StageSpend],
    *,
    projected: bool,
    batch: bool,
) -> CallForecast:
    """The forecast of a stage.

    Args:
        missing: requests without an answer, of the units that were looked at.
        stored: requests with one.
        scale: how many units there are to be for each that was looked at.
        history: what calls cost so far.
    """
    asked, given, most = 0, 0, 0
    for request in missing:
        asked += 1
        given += request.text_bytes() // BYTES_A_TOKEN
        given += len(request.pictures) * runtime.picture_tokens
        most += request.sampling.max_tokens
    past = [s for s in history if s.stage == stage and s.label == model]
    calls = sum(s.requests - s.failed - s.unknown for s in past)
    written = sum(s.tokens_out for s in past)
    known = calls > 0 and written > 0
    out = asked * written / calls if known else most
    tokens = Tokens(round(given * scale), 0, round(out * scale))
    return CallForecast(
        stage=stage,
        model=model,
        stored=round(stored * scale),
        requests=round(asked * scale),
        tokens_in=tokens.given,
        tokens_out=tokens.written,
        tokens_out_known=known or not asked,
        usd=cost(runtime.price, tokens, batch=batch),
        projected=projected,
    )
