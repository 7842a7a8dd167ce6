"""The budget: what is reserved and spent never exceeds it, and it says why it stops a run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.llm.budget import Budget, Spent
from pipeline.llm.price import Bound
from pipeline.recipe import BudgetRuntime

BOUNDS = st.builds(Bound, st.integers(0, 50), st.floats(0, 3, allow_subnormal=False))
LIMITS = st.builds(
    BudgetRuntime,
    requests=st.none() | st.integers(1, 20),
    tokens=st.none() | st.integers(1, 300),
    usd=st.none() | st.floats(0.01, 20),
)
EVENTS = st.lists(st.tuples(st.sampled_from(("reserve", "settle", "release")), BOUNDS), max_size=60)


@given(LIMITS, EVENTS)
def test_what_is_out_and_spent_stays_within_the_limit(
    limit: BudgetRuntime, events: list[tuple[str, Bound]]
) -> None:
    budget, out, used = Budget(limit), list[Bound](), list[Bound]()
    for what, bound in events:
        if what == "reserve" and budget.fits(bound):
            budget.reserve(bound)
            out.append(bound)
        elif what == "settle" and out:
            most = out.pop(0)
            used.append(Bound(min(most.tokens, bound.tokens), min(most.usd, bound.usd)))
            budget.settle(most, used[-1])
        elif what == "release" and out:
            budget.release(out.pop())
        assert budget.reserved_any == bool(out)
        both = out + used
        assert limit.requests is None or len(both) <= limit.requests
        assert limit.tokens is None or sum(b.tokens for b in both) <= limit.tokens
        assert limit.usd is None or sum(b.usd for b in both) <= limit.usd + 1e-9
    for most in out:
        budget.settle(most, most)
        used.append(most)
    assert not budget.reserved_any
    assert budget.spent.requests == len(used)
    assert budget.spent.tokens == sum(b.tokens for b in used)
    assert budget.spent.usd == pytest.approx(sum(b.usd for b in used))
    nothing = Bound(0, 0.0)
    within = limit.requests is None or len(used) < limit.requests
    assert not within or budget.fits(nothing) or budget.spent.usd > (limit.usd or 0.0) - 1e-9


def test_without_limits_everything_fits() -> None:
    budget = Budget(BudgetRuntime(), Spent(10**9, 10**12, 1e6))
    assert budget.fits(Bound(10**9, 1e6))


def test_what_was_spent_before_counts() -> None:
    budget = Budget(BudgetRuntime(tokens=100), Spent(3, 90))
    assert budget.fits(Bound(10))
    assert not budget.fits(Bound(11))


def test_sums_of_dollars_leave_nothing_reserved() -> None:
    budget = Budget(BudgetRuntime(usd=1.0))
    bounds = [Bound(1, 0.1), Bound(1, 0.2), Bound(1, 0.3)]
    for bound in bounds:
        budget.reserve(bound)
    for bound in bounds:
        budget.release(bound)
    assert budget.fits(Bound(1, 1.0))


def test_a_call_that_used_more_than_its_bound_is_counted_in_full() -> None:
    budget = Budget(BudgetRuntime(tokens=100))
    budget.reserve(Bound(50))
    budget.settle(Bound(50), Bound(120))
    assert budget.spent == Spent(1, 120)
    assert not budget.fits(Bound(0))


def test_the_message_names_what_is_spent_of_what() -> None:
    limit = BudgetRuntime(requests=2000, tokens=1_000_000, usd=12.5)
    told = Budget(limit, Spent(1999, 987_654, 12.3456)).told()
    assert told == (
        "the budget allows no further call: 1,999 of 2,000 requests, 987,654 of 1,000,000 tokens, "
        "$12.3456 of $12.50 spent; raise `budget` in the recipe to go on"
    )


def test_the_message_leaves_out_what_has_no_limit() -> None:
    told = Budget(BudgetRuntime(tokens=10), Spent(1, 9, 3.0)).told()
    assert "9 of 10 tokens spent" in told
    assert "requests" not in told
    assert "$" not in told


def test_a_limit_of_less_than_a_cent_is_told_as_it_is() -> None:
    told = Budget(BudgetRuntime(usd=0.002), Spent(1, 9, 0.0015)).told()
    assert "$0.0015 of $0.0020 spent" in told


@given(LIMITS, st.integers(2, 6), st.integers(0, 30))
def test_partitions_that_begin_together_stay_within_the_limit_together(
    limit: BudgetRuntime, partitions: int, before: int
) -> None:
    spent = Spent(before, 10 * before, 0.5 * before)
    mine = Budget.shared(limit, spent, partitions).limit
    for name in ("requests", "tokens", "usd"):
        total, used, share = getattr(limit, name), getattr(spent, name), getattr(mine, name)
        assert (total is None) == (share is None)
        if total is not None:
            assert used <= share
            assert used + partitions * (share - used) <= max(total, used) + 1e-9
    assert Budget.shared(limit, spent, 1).fits(Bound(1, 0.1)) == Budget(limit, spent).fits(
        Bound(1, 0.1)
    )


def test_a_partition_says_that_its_share_is_spent() -> None:
    budget = Budget.shared(BudgetRuntime(requests=3), Spent(), 8)
    assert not budget.fits(Bound(1))
    assert "0 of 0 requests spent, which is the share of one of 8 partitions in" in budget.told()
