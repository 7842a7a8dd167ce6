from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.harness.compare import check_alike, compared, read_run
from pipeline.harness.compare_table import as_data, comparison_tables
from tests.fakes.openai_server import Call, FakeOpenAI
from tests.harness.small import Evaluation, dataset, row, settings
from tests.harness.test_objective import number


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two models on twelve questions, one of them on others, one under another protocol."""
    root = tmp_path_factory.mktemp("compared")
    made = dataset(root / "dataset", [row(n) for n in range(12)])
    other = dataset(root / "other", [row(n) for n in range(3)])
    found: dict[str, Path] = {}

    def evaluated(name: str, folder: Path, right: int, protocol: str = "objective") -> None:
        def answer(call: Call) -> str:
            at = number(call)
            return f"Answer: {'ABCD'[(at if at < right else at + 1) % 4]}"

        with FakeOpenAI(answer) as server:
            chosen = settings(
                server.base_url,
                protocols=(protocol,),
                model={"kind": "endpoint", "model": name},
            )
            Evaluation(root / name, folder).results(chosen)
        found[name] = root / name

    evaluated("weak", made, 4)
    evaluated("strong", made, 12)
    evaluated("few", other, 3)
    evaluated("timed", made, 3, "grounding")
    return found


def test_each_question_is_its_own_control(folders: dict[str, Path]) -> None:
    runs = [read_run(folders[name]) for name in ("weak", "strong")]
    check_alike(runs, common=False)
    (found,) = compared(runs)
    told = as_data(found)
    assert told["first"] == "weak (weak), core"
    by_run = {one["run"]: one for one in told["against"]}
    strong = by_run["strong (strong), core"]
    assert (strong["questions"], strong["better"], strong["worse"]) == (12, 8, 0)
    assert strong["difference"]["value"] == pytest.approx(2 / 3)
    assert strong["p_value"] == pytest.approx(2 / 2**8)
    assert by_run["weak (weak), blind"]["difference"]["value"] == 0
    tables = list(comparison_tables(found))
    assert tables[1].rows[1][2].startswith("+66.7 [")
    published = [table for table in tables if table.title.startswith("Published")]
    assert published
    assert all("protocol objective" in table.title for table in published)


def test_what_is_not_alike_is_refused_in_a_sentence(folders: dict[str, Path]) -> None:
    weak, few, timed = (read_run(folders[name]) for name in ("weak", "few", "timed"))
    with pytest.raises(
        UsageError, match=r"questions \(dataset test, 12; other test, 3\): --common"
    ):
        check_alike([weak, few], common=False)
    check_alike([weak, few], common=True)
    (found,) = compared([weak, few])
    pair = found.pairs[-1].found
    assert (pair.questions, pair.only_first) == (3, 9)
    with pytest.raises(UsageError, match=r"under objective@1 and .* grounding@1: nothing"):
        check_alike([weak, timed], common=True)


def test_a_folder_without_results_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no results.json"):
        read_run(tmp_path)
    (tmp_path / "results.json").write_text('{"format": 0}')
    with pytest.raises(UsageError, match="is of another version"):
        read_run(tmp_path)


def test_of_one_video_no_interval_is_told(tmp_path: Path) -> None:
    made = dataset(tmp_path / "dataset", [row(n, video="0" * 32) for n in range(8)])
    with FakeOpenAI(lambda call: f"Answer: {'ABCD'[number(call) % 4]}") as server:
        Evaluation(tmp_path / "right", made).results(settings(server.base_url))
    Evaluation(tmp_path / "program", made).results(settings())
    (found,) = compared([read_run(tmp_path / name) for name in ("program", "right")])
    tables = list(comparison_tables(found))
    assert [line[2] for line in tables[1].rows][-1] == "+75.0"
    assert as_data(found)["against"][-1]["difference"] == {"value": 0.75, "low": None, "high": None}
