"""Tables of what calls to models cost, or are about to."""

from collections.abc import Sequence

from rich.table import Table

from pipeline.cli.talk import console, talk
from pipeline.llm.attempts import StageSpend
from pipeline.llm.forecast import CallForecast
from pipeline.recipe import BudgetRuntime


def show_spend(spent: Sequence[StageSpend], budget: BudgetRuntime) -> None:
    """What was spent, by stage and model, over all runs of the workspace."""
    table = Table(box=None)
    for column in ("stage", "model", "calls", "failed", "tokens in", "tokens out", "cost"):
        table.add_column(column, justify="left" if column in ("stage", "model") else "right")
    for s in spent:
        numbers = [f"{n:,}" for n in (s.requests, s.failed, s.tokens_in, s.tokens_out)]
        table.add_row(s.stage, s.label, *numbers, _cost(s.usd))
    console.print(table)
    unknown = sum(s.unknown for s in spent)
    if unknown:
        most = _dollars(sum(s.unknown_usd for s in spent))
        talk(
            f"{unknown} calls were in flight when their process died: they may have cost up to "
            f"{most}, and count as that"
        )
    if budget.usd is not None:
        usd = sum((s.usd or 0.0) + s.unknown_usd for s in spent)
        talk(f"{_dollars(usd)} of the budget's {_dollars(budget.usd)}")
    if budget.requests is not None:
        talk(f"{sum(s.requests for s in spent):,} of the budget's {budget.requests:,} requests")


def show_forecast(forecasts: Sequence[CallForecast]) -> None:
    """What would be asked, and what that costs at most."""
    table = Table(box=None)
    for column in ("stage", "model", "stored", "calls", "tokens in", "tokens out", "cost"):
        table.add_column(column, justify="left" if column in ("stage", "model") else "right")
    for f in forecasts:
        about = "~" if f.projected else ""
        out = f"{about}{f.tokens_out:,}" if f.tokens_out_known else f"at most {f.tokens_out:,}"
        cost = _cost(f.usd)
        if f.usd is not None and not f.tokens_out_known:
            cost = f"at most {cost}"
        table.add_row(
            f.stage,
            f.model,
            f"{f.stored:,}",
            f"{about}{f.requests:,}",
            f"~{f.tokens_in:,}",
            out,
            cost,
        )
    console.print(table)


def _cost(usd: float | None) -> str:
    return "no price" if usd is None else _dollars(usd)


def _dollars(usd: float) -> str:
    return f"${usd:,.4f}" if usd < 1 else f"${usd:,.2f}"
