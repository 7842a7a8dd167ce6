"""What calls cost, and the most that they can cost."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.llm.price import Bound, Tokens, bound, cost
from pipeline.recipe import PriceSettings

DOLLARS = st.floats(0, 200)
PRICES = st.builds(
    PriceSettings,
    input=DOLLARS,
    output=DOLLARS,
    cached_input=st.none() | DOLLARS,
    batch_factor=st.floats(0, 1),
    as_of=st.just(date(2026, 1, 1)),
)


def priced(cached: float | None = None, **more: float) -> PriceSettings:
    return PriceSettings(input=2.0, output=8.0, cached_input=cached, as_of=date(2026, 1, 1), **more)


def test_a_million_tokens_cost_the_price() -> None:
    assert cost(priced(), Tokens(1_000_000)) == 2.0
    assert cost(priced(), Tokens(0, 0, 1_000_000)) == 8.0


def test_cached_tokens_have_their_own_price() -> None:
    tokens = Tokens(1_000_000, 400_000, 0)
    assert cost(priced(0.5), tokens) == pytest.approx(0.6 * 2.0 + 0.4 * 0.5)
    assert cost(priced(0.0), tokens) == pytest.approx(0.6 * 2.0)
    assert cost(priced(), tokens) == pytest.approx(2.0), "none given: as `input`"


def test_a_batch_costs_its_share() -> None:
    tokens = Tokens(1_000_000, 0, 1_000_000)
    assert cost(priced(), tokens, batch=True) == 5.0
    assert cost(priced(batch_factor=0.25), tokens, batch=True) == 2.5
    assert cost(priced(batch_factor=0.25), tokens) == 10.0


def test_no_price_is_not_free() -> None:
    assert cost(None, Tokens(10, 0, 10)) is None
    assert bound(None, 100, 2, 50, 30) == Bound(230, 0.0)


@given(
    st.none() | PRICES,
    st.integers(0, 10**6),
    st.integers(0, 50),
    st.integers(1, 5000),
    st.integers(1, 10**5),
    st.data(),
)
def test_a_call_never_uses_more_than_its_bound(
    price: PriceSettings | None,
    text_bytes: int,
    pictures: int,
    picture_tokens: int,
    written: int,
    data: st.DataObject,
) -> None:
    most = bound(price, text_bytes, pictures, picture_tokens, written)
    given_tokens = data.draw(st.integers(0, text_bytes + pictures * picture_tokens))
    cached = data.draw(st.integers(0, given_tokens))
    tokens = Tokens(given_tokens, cached, data.draw(st.integers(0, written)))
    used = cost(price, tokens, batch=data.draw(st.booleans()))
    assert tokens.given + tokens.written <= most.tokens
    assert (used or 0.0) <= most.usd * (1 + 1e-9)


def test_the_bound_counts_a_cache_that_costs_more_than_it_saves() -> None:
    most = bound(priced(cached=3.0), 1000, 0, 1, 10)
    used = cost(priced(cached=3.0), Tokens(1000, 1000, 10))
    assert used is not None
    assert used <= most.usd
