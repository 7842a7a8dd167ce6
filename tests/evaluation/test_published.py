"""The published tables: whole, as printed, and as inconsistent as their notes say."""

from importlib import resources

import pytest
from pydantic import ValidationError

from pipeline.evaluation.published import (
    TABLES,
    Protocol,
    PublishedRow,
    PublishedTable,
    beside,
    recomputed,
    table,
    unlike_shares,
)
from pipeline.evaluation.published import (
    counted_questions as questions,
)
from pipeline.tasks import TASKS_OF

OBJECTIVE = table("videoespresso_objective")


def test_every_file_is_a_table_and_every_table_a_file() -> None:
    files = resources.files("pipeline.evaluation.published").iterdir()
    assert {f.name.removesuffix(".json") for f in files if f.name.endswith(".json")} == {*TABLES}
    for name in TABLES:
        found = table(name)
        assert found.rows and found.source.address and found.unit and found.title
    assert len({table(name).name for name in TABLES}) == len(TABLES)


def test_numbers_as_printed() -> None:
    ours = OBJECTIVE.rows[-1]
    assert (ours.name, ours.group) == ("VideoEspresso (Ours)", "authors")
    assert OBJECTIVE.value(ours, "Influ.") == 55.6 and OBJECTIVE.value(ours, "Avg.") == 34.1
    subjective = table("videoespresso_subjective")
    assert subjective.value(subjective.rows[0], "Overall") == 66.13
    assert table("videoespresso_selector").rows[2].values == (2.36, 0.15, None, 29.45)
    assert table("videoespresso_datasets").rows[-1].values == (203_546,)


def test_every_column_of_table_1_is_a_task() -> None:
    for row in OBJECTIVE.rows:
        assert OBJECTIVE.by_task(row).keys() == {*TASKS_OF["videoespresso"]}


def test_the_split_adds_up() -> None:
    split = table("videoespresso_split")
    total = split.rows[-1].values
    assert total == tuple(sum(row.values[n] or 0 for row in split.rows[:-1]) for n in (0, 1))
    assert questions().keys() == {*TASKS_OF["videoespresso"]} and sum(questions().values()) == 1382


def test_the_paper_s_average_is_the_macro_average() -> None:
    for row in OBJECTIVE.rows:
        found = recomputed(OBJECTIVE, row)
        assert found and found.stated == pytest.approx(found.macro, abs=0.07)
        assert 0.7 < found.macro - found.micro < 2.3


def test_one_row_is_no_share_of_its_questions() -> None:
    strange = {row.name: len(unlike_shares(OBJECTIVE, row)) for row in OBJECTIVE.rows}
    assert {name: n for name, n in strange.items() if n} == {"LLaVA-N-Video": 11}


def test_the_overall_score_is_no_mean() -> None:
    subjective = table("videoespresso_subjective")
    for row in subjective.rows:
        *parts, overall = (v or 0 for v in row.values)
        assert 0.8 < sum(parts) / 4 - overall < 3.5


def test_the_selector_s_own_cost_is_left_out() -> None:
    selector = table("videoespresso_selector")
    uniform: dict[str, tuple[float, float]] = {}
    for row in selector.rows:
        frames, _, tflops, _ = row.values
        if frames is None or tflops is None:
            continue
        base = uniform.setdefault(row.name, (frames, tflops))
        assert tflops == pytest.approx(base[1] * frames / base[0], abs=0.02)


@pytest.mark.parametrize(
    ("protocol", "names"),
    [
        ("objective", ["videoespresso-objective", "videoespresso-selector"]),
        ("subjective", ["videoespresso-subjective"]),
        ("pause-and-think", ["pause-and-think"]),
        ("gated", ["videoauto-r1"]),
        ("route", []),
    ],
)
def test_what_is_printed_beside_a_result(protocol: Protocol, names: list[str]) -> None:
    assert [found.name for found in beside(protocol)] == names


def test_shown_columns_are_the_table_s_own() -> None:
    shown = {**OBJECTIVE.model_dump()["shown"]["objective"], "columns": ["Mean"]}
    with pytest.raises(ValidationError, match="shown with a column that it does not have"):
        PublishedTable.model_validate({**OBJECTIVE.model_dump(), "shown": {"objective": shown}})


def test_the_stated_averaging_is_the_computed_one() -> None:
    assert OBJECTIVE.averaging == "macro"
    assert [name for name in TABLES if table(name).averaging] == ["videoespresso_objective"]


def test_other_tables_have_no_averages_to_recompute() -> None:
    found = table("videoespresso_subjective")
    assert recomputed(found, found.rows[0]) is None


def test_a_name_that_is_none() -> None:
    with pytest.raises(ValueError, match="no published table is called 'table 9'"):
        table("table 9")


def test_a_row_of_another_length_is_refused() -> None:
    short = PublishedRow(name="x", group="", settings=(), values=(1.0,))
    with pytest.raises(ValidationError, match="more or fewer values than columns"):
        PublishedTable.model_validate({**OBJECTIVE.model_dump(), "rows": [short.model_dump()]})
