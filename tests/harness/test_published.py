from pathlib import Path

from pipeline.evaluation.published import table
from pipeline.harness.published import published, published_tables
from pipeline.harness.results import DatasetFacts, Results
from tests.fakes.openai_server import FakeOpenAI
from tests.harness.small import Evaluation, dataset, row, settings
from tests.harness.test_protocols import judging

HERE = DatasetFacts(
    name="street", kind="demitasse", version="", split="test", questions=8, sha256=""
)


def test_what_others_published_stands_in_the_results_and_beside_them(tmp_path: Path) -> None:
    made = dataset(tmp_path / "dataset", [row(n) for n in range(8)])
    evaluation = Evaluation(tmp_path / "work", made)
    results = evaluation.results(settings(protocols=("objective",)))
    kept = Results.model_validate_json((tmp_path / "work" / "results.json").read_bytes())
    assert kept.published == results.published
    main, selector = results.published
    assert main.table == table("videoespresso_objective")
    assert (main.protocol, main.table.averaging) == ("objective", "macro")
    assert main.table.source.table == "1"
    shown, of_selector = published_tables(results.published, results.inputs)
    assert "protocol objective" in shown.title
    assert "VideoEspresso, table 1" in shown.title
    assert "macro average" in shown.title
    assert shown.head == ("", "objective here", "Avg.")
    assert [line[0] for line in shown.rows[:3]] == ["core", "blind", "VideoEspresso (Ours)"]
    assert [line[1] for line in shown.rows[:3]] == ["25.0", "25.0", ""]
    assert shown.rows[2][2] == "34.1"
    assert len(shown.rows) == 2 + 3
    assert shown.note.splitlines() == [
        "not comparable: measured on VideoEspresso's test set, and dataset holds other questions",
        "the paper does not state its protocol, and its numbers are probably of answers in words",
        "7 more rows in results.json",
    ]
    # Tables that state no averaging say so, and rows of one name their settings.
    assert "micro or macro is not stated" in of_selector.title
    assert of_selector.rows[2] == ("InternVL2 (1B/1.5B)", "", "30.03", "2.36", "10.8")
    assert selector.apart == main.apart


def test_a_table_is_printed_once_for_all_of_its_protocols() -> None:
    found = published(["objective", "similarity", "gated", "grounding"], HERE)
    main, selector, gated = published_tables(found)
    assert main.title.startswith("Published under protocols objective and similarity: ")
    assert main.head == ("", "Avg.")
    assert [line.partition(":")[0] for line in main.note.splitlines()[:3]] == [
        "not comparable",
        "objective",
        "similarity",
    ]
    assert len(selector.rows) == 3
    assert gated.head == ("", "VideoMME", "LongVideoBench", "VideoMMMU", "Charades-STA")


def test_numbers_are_comparable_where_the_same_was_asked() -> None:
    other, same, part = (
        published(["subjective"], facts)[0].apart
        for facts in (
            HERE,
            HERE.model_copy(update={"kind": "videoespresso", "questions": 1382}),
            HERE.model_copy(update={"kind": "videoespresso"}),
        )
    )
    assert other == (
        "not comparable: measured on VideoEspresso's test set, and street holds other questions"
    )
    assert same == ""
    assert "on the 1,382 questions of VideoEspresso's test set, and street has 8 of it" in part


def test_a_table_of_several_test_sets_shows_those_of_the_protocol() -> None:
    imported = HERE.model_copy(update={"kind": "charades-sta", "questions": 3720})
    (gated,), (grounding,) = published(["gated"], imported), published(["grounding"], imported)
    assert gated.apart.startswith("not comparable: measured on VideoMME, LongVideoBench and")
    assert grounding.apart == ""
    assert grounding.table.shown["grounding"].columns == ("Charades-STA",)
    assert published(["route"], imported) == []


def test_own_numbers_stand_in_the_table_s_unit(tmp_path: Path) -> None:
    made = dataset(tmp_path / "dataset", [row(n) for n in range(2)])
    with FakeOpenAI(judging) as server:
        chosen = settings(server.base_url, protocols=("subjective", "pause-and-think"))
        results = Evaluation(tmp_path / "work", made).results(chosen)
    scores, accepted = published_tables(results.published, results.inputs)
    # 8 of 10 times 10; and of the two judgements `valid`, which the paper prints.
    assert scores.rows[0] == ("core", "80.0", "")
    assert accepted.rows[0] == ("core", "100.0", "")
