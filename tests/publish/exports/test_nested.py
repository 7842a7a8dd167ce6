import json
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.publish.exports.export import export
from pipeline.publish.exports.formats import FORMATS
from pipeline.publish.exports.nested import nested
from tests.publish.publishing import publish_some

IDS = [f"q{i}" for i in range(20)]


def test_a_smaller_set_is_part_of_a_larger_one_whatever_the_order_of_rows() -> None:
    places = nested(IDS, (3, 7))
    assert sorted(places.values()) == list(range(20))
    assert places == nested(reversed(IDS), (3, 7))
    assert [name for name in IDS if places[name] < 3] != IDS[:3]


@pytest.mark.parametrize("size", [0, 21])
def test_a_size_that_no_set_can_have_is_refused(size: int) -> None:
    with pytest.raises(UsageError, match=r"from 1 to 20"):
        nested(IDS, (size,))


def test_an_export_has_a_folder_for_each_size(tmp_path: Path) -> None:
    dataset = publish_some(tmp_path / "published", samples=24)
    out = tmp_path / "out"
    export(dataset, out, FORMATS["video-r1"], sizes=(3, 1))

    def ids(folder: Path) -> list[str]:
        return [row["id"] for row in json.loads((folder / "rl_train.json").read_text())]

    one, three, all_of_them = ids(out / "train_1"), ids(out / "train_3"), ids(out)
    assert (len(one), len(three)) == (1, 3)
    assert set(one) < set(three) < set(all_of_them)
    assert not list((out / "train_3").glob("*_test.json"))
