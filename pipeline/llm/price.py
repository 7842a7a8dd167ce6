"""What a call costs: prices by the million tokens, with the date they were looked up."""

from dataclasses import dataclass

from pipeline.recipe import PriceSettings

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a call used, as the endpoint reports it."""

    given: int
    cached: int = 0
    """Of `given`, those that the endpoint had cached."""
    written: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    """What a call can cost at most: reserved before it is sent, settled after."""

    tokens: int
    usd: float = 0.0


def cost(price: PriceSettings | None, tokens: Tokens, *, batch: bool = False) -> float | None:
    """US dollars of a call; None where the model has no price: unknown is not zero."""
    if price is None:
        return None
    cached = price.input if price.cached_input is None else price.cached_input
    usd = (tokens.given - tokens.cached) * price.input + tokens.cached * cached
    usd += tokens.written * price.output
    return usd / MILLION * (price.batch_factor if batch else 1.0)


def bound(
    price: PriceSettings | None, text_bytes: int, pictures: int, picture_tokens: int, written: int
) -> Bound:
    """The most that a call can use: a token a byte of text, so many a picture, all of `written`."""
    given = text_bytes + pictures * picture_tokens
    # Some endpoints charge more for what goes through their cache.
    dearest = max(cost(price, Tokens(given, cached, written)) or 0.0 for cached in (0, given))
    return Bound(given + written, dearest)
