"""Which inputs a partition owns, and its names."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.partition import MOST, Partition, all_of, check_count
from pipeline.recipe import divided
from pipeline.recipe_file import load_recipe


@settings(max_examples=50)
@given(st.text(max_size=40), st.integers(1, 20))
def test_every_input_has_one_owner(name: str, count: int) -> None:
    assert sum(partition.owns(name) for partition in all_of(count)) == 1


def test_owners_never_change() -> None:
    """Work that is under way would move, and be done twice."""
    names = [f"/videos/{number:04}.mp4" for number in range(1000)]
    sizes = [sum(map(partition.owns, names)) for partition in all_of(8)]
    assert sizes == [128, 112, 123, 114, 128, 134, 127, 134]
    assert [p for p in all_of(8) if p.owns("/videos/ü 1.mp4")] == [Partition(8, 5)]


def test_it_is_read_as_it_is_written() -> None:
    partition = Partition.read("2/8")
    assert (partition.index, partition.count, str(partition)) == (2, 8, "2/8")
    assert Partition.of_scope(partition.scope) == partition
    assert Partition.of_scope("workspace") is None
    assert sorted(all_of(12), key=str) != sorted(all_of(12)) == all_of(12)


@pytest.mark.parametrize(
    "text", ["", "2", "0/8", "9/8", "2/0", "-1/2", "02/8", "2/8/3", " 2/8", "1.0/2", "二/8", "2of8"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"which one of how many, from 1/N to N/N, such as 2/8"):
        Partition.read(text)


def test_their_number_is_bounded() -> None:
    check_count(MOST, "--partitions")
    with pytest.raises(UsageError, match=f"--partition 1/{MOST + 1}: .* at most {MOST} partitions"):
        Partition.read(f"1/{MOST + 1}")


def test_a_partition_gets_its_share_of_what_an_endpoint_takes() -> None:
    told = ["writer.requests_per_minute=100", "writer.in_flight=6", "judge.in_flight=2"]
    recipe = load_recipe(Path("jobs/endpoint.yaml"), told)
    mine = divided(recipe, 8).runtime
    assert (mine.writer.requests_per_minute, mine.writer.in_flight) == (12, 1)
    assert mine.judge.in_flight == 1
    assert mine.writer.tokens_per_minute == recipe.runtime.writer.tokens_per_minute is None
    assert divided(recipe, 1) == recipe
    assert divided(recipe, 8).identity == recipe.identity


def test_a_server_of_its_own_serves_nobody_else() -> None:
    told = ["writer.kind=server", "writer.command=serve {model} {port}", "writer.in_flight=6"]
    recipe = load_recipe(Path("jobs/endpoint.yaml"), told)
    assert divided(recipe, 8).runtime.writer.in_flight == 6
