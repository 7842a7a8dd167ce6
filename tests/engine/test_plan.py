"""Plans against a model written with plain dictionaries."""

from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.engine.planner import Planner
from pipeline.engine.stage import RECIPE, Blobs, Lookup, Stage, Table, Unit, Worker, by_column
from pipeline.engine.workspace import Workspace
from pipeline.outcome import Kept, Outcome
from pipeline.records import Record, record


@record
class Basket(Record):
    id: str
    shop: str
    wants: tuple[str, ...]


@record
class Fruit(Record):
    id: str
    kind: str
    origin: str


@record
class Country(Record):
    id: str
    name: str


@record
class FruitView(Record):
    id: str
    kind: str
    origin: str


def _never(blobs: Blobs) -> Worker:
    def work(units: Sequence[Unit]) -> list[Outcome]:
        return [Kept([]) for _ in units]

    return work


STAGE = Stage(
    name="shopping",
    version=1,
    primary=Table(RECIPE, Basket, Basket),
    split=by_column("shop"),
    lookups=(
        Lookup(Table(RECIPE, Fruit, FruitView), "kind", Basket, "wants"),
        Lookup(Table(RECIPE, Country, Country), "name", FruitView, "origin"),
    ),
    writes=(),
    identity={},
    worker=_never,
)

few = st.sampled_from(["a", "b", "c", "d"])


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    baskets=st.lists(st.tuples(few, st.lists(few, max_size=4)), max_size=6),
    fruits=st.lists(st.tuples(few, few), max_size=6),
    countries=st.lists(few, max_size=5),
)
def test_units_read_exactly_the_rows_that_join_them(
    tmp_path_factory: object,
    baskets: list[tuple[str, list[str]]],
    fruits: list[tuple[str, str]],
    countries: list[str],
) -> None:
    rows: dict[type[Record], list[Record]] = {
        Basket: [Basket(id=f"b{i}", shop=s, wants=tuple(w)) for i, (s, w) in enumerate(baskets)],
        Fruit: [Fruit(id=f"f{i}", kind=k, origin=o) for i, (k, o) in enumerate(fruits)],
        Country: [Country(id=f"c{i}", name=n) for i, n in enumerate(countries)],
    }
    root: Path = tmp_path_factory.mktemp("plan")  # type: ignore[attr-defined]
    planner = Planner(Workspace.at(root), lambda table: rows[table])
    work, _ = planner.work(STAGE)
    plan = work.plan

    expected = {}
    for shop in sorted({s for s, _ in baskets}):
        wanted = {w for s, ws in baskets for w in ws if s == shop}
        chosen = {i: o for i, (k, o) in enumerate(fruits) if k in wanted}
        places = [i for i, n in enumerate(countries) if n in chosen.values()]
        expected[shop] = (
            [f"b{i}" for i, (s, _) in enumerate(baskets) if s == shop],
            [f"f{i}" for i in chosen],
            [f"c{i}" for i in places],
        )
    found = {}
    for i, unit in enumerate(plan.unit_ids.to_pylist()):
        ids = (t.view.ids.take(t.rows[t.offsets[i] : t.offsets[i + 1]]) for t in plan.tables)
        found[unit] = tuple(column.to_pylist() for column in ids)
    assert found == expected
    assert len(set(plan.keys.to_pylist())) == len(plan)
