"""The budget of a workspace: an upper bound is reserved before a call and settled after it.

Partitions that run at once do not see what the others spend, so each may spend its share of what is
left when it begins. Those that begin together stay within the limit together. One that is started
again gets its share of what is left then, while the others still have theirs.
"""

from dataclasses import dataclass, field

from pipeline.llm.price import Bound
from pipeline.recipe import BudgetRuntime


@dataclass(frozen=True, slots=True)
class Spent:
    """What a workspace has cost so far, calls that failed or were retried included."""

    requests: int = 0
    tokens: int = 0
    usd: float = 0.0


@dataclass
class Budget:
    """What is spent, what is out, and what is left."""

    limit: BudgetRuntime
    spent: Spent = field(default_factory=Spent)
    """Rebuilt from the attempts on disk when a run starts."""
    partitions: int = 1
    """Runs that share what is left."""
    _requests: int = 0
    _tokens: int = 0
    _usd: float = 0.0

    @classmethod
    def shared(cls, limit: BudgetRuntime, spent: Spent, partitions: int) -> "Budget":
        """What one of so many partitions may spend of a limit of which this is spent."""

        def share(total: float, used: float) -> float:
            return used + max(0.0, total - used) / partitions

        update: dict[str, float | int] = {}
        if limit.requests is not None:
            update["requests"] = int(share(limit.requests, spent.requests))
        if limit.tokens is not None:
            update["tokens"] = int(share(limit.tokens, spent.tokens))
        if limit.usd is not None:
            update["usd"] = share(limit.usd, spent.usd)
        return cls(limit.model_copy(update=update), spent, partitions)

    @property
    def reserved_any(self) -> bool:
        return self._requests > 0

    def fits(self, bound: Bound) -> bool:
        """Whether the call may be sent even if it and all that are out cost the most they can."""
        limit, spent = self.limit, self.spent
        return not (
            (limit.requests is not None and spent.requests + self._requests + 1 > limit.requests)
            or (
                limit.tokens is not None
                and spent.tokens + self._tokens + bound.tokens > limit.tokens
            )
            or (limit.usd is not None and spent.usd + self._usd + bound.usd > limit.usd)
        )

    def reserve(self, bound: Bound) -> None:
        self._requests += 1
        self._tokens += bound.tokens
        self._usd += bound.usd

    def settle(self, bound: Bound, used: Bound) -> None:
        self._requests -= 1
        self._tokens -= bound.tokens
        # Sums of floats drift; with nothing out, nothing is reserved.
        self._usd = self._usd - bound.usd if self._requests else 0.0
        self.spent = Spent(
            self.spent.requests + 1,
            self.spent.tokens + used.tokens,
            self.spent.usd + used.usd,
        )

    def release(self, bound: Bound) -> None:
        """Give back what was reserved for a call that was never sent."""
        self._requests -= 1
        self._tokens -= bound.tokens
        self._usd = self._usd - bound.usd if self._requests else 0.0

    def told(self) -> str:
        """Why no call is allowed, in one sentence with what to do."""
        spent, limit = self.spent, self.limit
        told = [
            "" if limit.requests is None else f"{spent.requests:,} of {limit.requests:,} requests",
            "" if limit.tokens is None else f"{spent.tokens:,} of {limit.tokens:,} tokens",
            "" if limit.usd is None else f"${spent.usd:.4f} of ${_dollars(limit.usd)}",
        ]
        share = (
            f", which is the share of one of {self.partitions} partitions in what was left"
            if self.partitions > 1
            else ""
        )
        return (
            f"the budget allows no further call: {', '.join(filter(None, told))} spent{share}; "
            "raise `budget` in the recipe to go on"
        )


def _dollars(usd: float) -> str:
    """With cents, or finer where the cents would hide something."""
    return f"{usd:.2f}" if usd >= 1 else f"{usd:.4f}"
