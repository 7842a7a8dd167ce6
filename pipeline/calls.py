"""The calls behind a row: what a model was asked, what it was shown, and what came back, raw."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.llm import attempts, responses
from pipeline.llm.reading import tokens_of
from pipeline.store import Store


@dataclass(frozen=True)
class ModelCall:
    """One call that was answered, or that failed for good."""

    stage: str
    unit: str
    key: str
    via: str
    model: str
    """The label that was asked."""
    model_reported: str | None
    finish_reason: str | None
    tokens_in: int | None
    tokens_out: int | None
    cost_usd: float | None
    seconds: float | None
    error_class: str | None
    """Null for an answer."""
    message: str | None
    messages: tuple[Mapping[str, Any], ...]
    """What was sent; a picture stands there as `sha256:...` with its frame's name before it."""
    reply: str | None
    """The text that came back, as it came; null where none did."""


def calls_behind(
    store: Store, units: Iterable[tuple[str, str]], keys: Iterable[str] = ()
) -> list[ModelCall]:
    """Calls of these units (stage and id), and those whose answers they shared by key."""
    found: dict[str, ModelCall] = {}
    failed: list[ModelCall] = []
    wanted = list(units)
    for stage, unit in wanted:
        for stored in responses.of_unit(store, stage, unit):
            found[stored.key] = _answered(stored)
        failed += map(_failed, attempts.of_unit(store, stage, unit))
    missing = [key for key in keys if key not in found]
    if missing:
        there = responses.Responses(store)
        for key in missing:
            stored_for_another = there.find(key)
            if stored_for_another is not None:
                found[key] = _answered(stored_for_another)
    order = {stage: i for i, (stage, _) in enumerate(wanted)}
    return sorted(
        (*found.values(), *failed),
        key=lambda call: (order.get(call.stage, len(order)), len(call.messages), call.key),
    )


def _answered(stored: responses.Stored) -> ModelCall:
    choice = stored.response["choices"][0]
    tokens = tokens_of(stored.response)
    return ModelCall(
        stage=stored.stage,
        unit=stored.unit,
        key=stored.key,
        via=stored.via,
        model=stored.label,
        model_reported=stored.response.get("model"),
        finish_reason=choice.get("finish_reason"),
        tokens_in=tokens.given if tokens else None,
        tokens_out=tokens.written if tokens else None,
        cost_usd=stored.cost_usd,
        seconds=stored.seconds,
        error_class=None,
        message=None,
        messages=tuple(stored.request),
        reply=(choice.get("message") or {}).get("content"),
    )


def _failed(record: Mapping[str, Any]) -> ModelCall:
    reply = record["reply"]
    choice = (reply or {}).get("choices", [{}])[0]
    message = choice.get("message") or {}
    request: Sequence[Mapping[str, Any]] = record["request"] or ()
    return ModelCall(
        stage=record["stage"],
        unit=record["unit"],
        key=record["key"],
        via=record["via"],
        model=record["label"],
        model_reported=(reply or {}).get("model"),
        finish_reason=choice.get("finish_reason"),
        tokens_in=record["tokens_in"],
        tokens_out=record["tokens_out"],
        cost_usd=record["cost_usd"],
        seconds=record["seconds"],
        error_class=record["error_class"],
        message=record["message"],
        messages=tuple(request),
        reply=message.get("content") or message.get("refusal"),
    )
