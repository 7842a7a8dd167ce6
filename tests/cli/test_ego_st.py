"""ST-Think from a video to what trainers read, as a user runs it."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from pipeline.publish.reading import samples
from pipeline.tasks import TASKS_OF, Task
from tests.cli.command import demitasse
from tests.panorama import Leg, walk
from tests.rendering import Encoding, render

pytestmark = pytest.mark.timeout(600)

RATE = 8
LEGS = (Leg(2.5, ahead=0.1), Leg(2, turn=90), Leg(2.5, ahead=0.1), Leg(2, turn=-80))


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ego")
    video = render(folder / "walk.mp4", walk(LEGS, RATE), Encoding(rate=Fraction(RATE)))
    done = demitasse("run", "jobs/ego_st.yaml", video, "--work", folder / "work")
    assert done.status == 0, done.stderr
    return folder / "work"


def test_a_walk_becomes_questions_that_can_be_checked(work: Path) -> None:
    rows = list(samples(work / "dataset", pictures=False))
    assert {row.task for row in rows} <= set(TASKS_OF["ego_st"])
    by_task = {row.task: row for row in rows}
    assert len(by_task) == len(rows) == 4
    path = rows[0].route
    assert path is not None
    assert [step.way for step in path.steps] == ["straight", "right", "straight", "left"]
    assert path.steps[1].degrees == pytest.approx(90, abs=6)
    assert path.steps[3].degrees == pytest.approx(-80, abs=6)
    forward = by_task[Task.DIRECTION_CHANGE_FORWARD]
    assert forward.answer == "Go straight, then turn right, then go straight, then turn left"
    assert forward.letter is not None
    assert len(set(forward.options)) == 4
    assert forward.options["ABCD".index(forward.letter)] == forward.answer
    assert "Turn left, then go straight, then turn right, then go straight" in forward.options
    assert by_task[Task.DIRECTION_CHANGE_REVERSE].question in forward.evidence
    assert by_task[Task.ROUTE_DESCRIPTION_FORWARD].options == ()


def test_the_card_counts_the_routes_and_the_dataset_is_valid(work: Path) -> None:
    card = (work / "dataset" / "README.md").read_text()
    assert "4 questions are about 1 routes" in card
    assert "`routes.turn_degrees`" in card
    done = demitasse("validate", work / "dataset", "--json")
    assert done.status == 0, done.stdout


def test_trainers_get_the_letter_and_nested_sizes(work: Path, tmp_path: Path) -> None:
    rows = list(samples(work / "dataset", pictures=False))
    split = rows[0].split
    sizes = "1,3" if split == "train" else None
    more = ("--sizes", sizes) if sizes else ()
    done = demitasse("export", work / "dataset", tmp_path / "out", "-f", "video-r1", *more)
    assert done.status == 0, done.stderr
    told = json.loads((tmp_path / "out" / f"sft_{split}.json").read_text())
    letters = {row["id"]: row["solution"] for row in told}
    thoughts = {row["id"]: row["process"] for row in told}
    for row in rows:
        right = row.letter or row.answer
        assert letters[row.id] == f"<answer>{right}</answer>"
        end = f"option {row.letter}." if row.letter else row.answer
        assert thoughts[row.id].endswith(f"{end}</think>")
    for size in (1, 3) if sizes else ():
        part = json.loads((tmp_path / "out" / f"train_{size}" / "rl_train.json").read_text())
        assert len(part) == size


def test_the_benchmark_s_form_has_every_question_and_is_valid(work: Path, tmp_path: Path) -> None:
    rows = {row.id: row for row in samples(work / "dataset", pictures=False)}
    done = demitasse("export", work / "dataset", tmp_path / "out", "--format", "ego-st")
    assert done.status == 0, done.stderr
    assert "A part is a category here" in done.stderr
    files = list((tmp_path / "out").glob("*Part*.json"))
    found = {key: row for file in files for key, row in json.loads(file.read_text()).items()}
    assert found.keys() == rows.keys()
    for key, row in found.items():
        way = row["task"].rpartition("_")[2]
        assert row[f"{way}_answer"] == rows[key].answer
        if f"{way}_mcq" in row:
            assert row[f"{way}_mcq"]["answer"] == rows[key].letter
    told = json.loads(demitasse("validate", tmp_path / "out", "--json").stdout)
    assert told["formats"] == ["ego-st"]


def test_a_route_is_told_with_its_question(work: Path) -> None:
    row = next(samples(work / "dataset", pictures=False))
    told = demitasse("inspect", work, row.id).stdout.splitlines()
    steps = told[told.index("route") + 1 :][:4]
    ways = ("straight", "right", "straight", "left")
    for line, way in zip(steps, ways, strict=True):
        assert f" s: {way}" in line
        assert (" degrees" in line) == (way != "straight")
