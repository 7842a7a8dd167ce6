"""How many units travel together."""

from pipeline.engine.packs import MAX_UNITS, PackSize


def sizes(default: int, seconds: float, history: float = 0.0, units: int = 10**6) -> list[int]:
    """Of the first packs, where a unit takes so long and each pack lands before the next."""
    size, found = PackSize(default, history, 5.0, units, 4), []
    for _ in range(14):
        found.append(size())
        size.landed(found[-1], found[-1] * seconds)
    return found


def test_a_first_run_begins_with_the_default_and_learns() -> None:
    assert sizes(1, 0.5)[:5] == [1, 2, 4, 8, 10]
    assert sizes(32, 0.5)[:3] == [32, 10, 10]


def test_quick_units_fill_packs_up_to_the_limit_but_each_only_doubles() -> None:
    found = sizes(8, 0.0001)
    assert found[:4] == [8, 16, 32, 64]
    assert found[-1] == MAX_UNITS


def test_history_is_believed_at_once() -> None:
    assert sizes(8, 0.5, history=0.01)[:2] == [500, 500]


def test_every_lane_gets_several_packs() -> None:
    assert max(sizes(1, 0.0001, units=160)) == 10
