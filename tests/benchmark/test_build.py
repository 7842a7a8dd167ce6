"""The whole builder on a real dataset: chosen, written, reviewed, and compared."""

import csv
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from pipeline.benchmark.build import Order, build
from pipeline.benchmark.cells import COLUMNS
from pipeline.benchmark.content import content_hash, rows_of
from pipeline.benchmark.manifest import MANIFEST, Manifest, read_manifest
from pipeline.benchmark.sheet import check_sheet, pictures_of, write_sheet
from pipeline.errors import InputError, UsageError
from pipeline.publish.exports.export import export
from pipeline.publish.exports.formats import format_of
from pipeline.publish.reading import rejections, samples
from tests.benchmark.street import published
from tests.publish.publishing import publish_some, tree


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def first(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    out = tmp_path_factory.mktemp("benchmark") / "v1"
    return out, build(dataset, out, Order(6, "1.0"))


def filled(sheet: Path, decide: dict[str, tuple[str, str]]) -> Path:
    """The sheet with decisions, all others kept, as a spreadsheet writes it back."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    path = sheet.with_name("filled.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            choice, note = decide.get(row["id"], ("keep", ""))
            writer.writerow({**row, "decision": choice, "note": note})
    return path


def test_what_the_manifest_says_is_what_the_files_hold(first: tuple[Path, Manifest]) -> None:
    out, made = first
    rows = list(samples(out))
    assert read_manifest(out) == made and made.content == content_hash(rows_of(out))
    assert made.questions == len(rows) == 12 and all(row.split == "test" for row in rows)
    for task, told in made.tasks.items():
        of_task = Counter(row.video for row in rows if row.task == task)
        assert (told.questions, told.videos) == (6, len(of_task))
        assert told.most_of_one_video == max(of_task.values())
    assert made.letters == {"A": 3, "B": 3, "C": 3, "D": 3}
    assert all(row.options["ABCD".index(row.letter or "")] == row.answer for row in rows)
    assert abs(made.after.mean) < abs(made.before.mean)
    assert made.left_out == {"no_options": 4, "over_cap": 8}
    assert {r.reason for r in rejections(out)} == set(made.left_out)
    assert all(row.core_frames[0].image for row in rows)


def test_the_folder_is_a_dataset_for_whoever_reads_one(
    first: tuple[Path, Manifest], tmp_path: Path
) -> None:
    out, made = first
    done = export(out, tmp_path / "export", format_of("videoespresso"))
    assert done.samples == {"test": made.questions}
    clips = (out / "clips.csv").read_text().splitlines()
    assert len(clips) == made.questions + 1 and (out / "recipe.yaml").is_file()
    card = (out / "README.md").read_text()
    assert f"| all | {made.before.questions} | 12 | {made.videos} | |" in card
    assert (
        "No person has reviewed this version." in card and (out / "plots/length_gap.png").is_file()
    )


def test_the_same_dataset_gives_the_same_bytes(
    dataset: Path, first: tuple[Path, Manifest], tmp_path: Path
) -> None:
    build(dataset, tmp_path / "again", Order(6, "1.0"))
    assert tree(tmp_path / "again") == tree(first[0])


def test_a_review_is_applied_and_a_new_version_says_what_changed(
    dataset: Path, first: tuple[Path, Manifest], tmp_path: Path
) -> None:
    out, made = first
    sheet = tmp_path / "review.csv"
    assert write_sheet(out, sheet) == 12
    text = sheet.read_text(encoding="utf-8-sig")
    assert '"=' not in text and "No. " in text
    told = list(csv.DictReader(text.splitlines(keepends=True)))
    for path in told[0]["pictures"].split("\n"):
        assert (tmp_path / path).read_bytes().startswith(b"\xff\xd8")
    bad, unclear = told[0]["id"], told[1]["id"]
    given = filled(sheet, {bad: ("reject", "two are right"), unclear: ("fix", "say which car")})
    other = Path(shutil.copy(given, tmp_path / "other.csv"))
    second = build(dataset, tmp_path / "v2", Order(6, "1.1", out, (given, other)))
    assert second.review is not None and second.review.decisions["keep"] == 10
    assert second.review.agreement is not None and second.review.agreement.kappa == 1
    assert second.changes is not None
    assert second.changes.removed == tuple(sorted([bad, unclear]))
    assert (second.changes.unchanged, second.changes.added, second.changes.changed) == (10, (), ())
    assert second.changes.previous_content == made.content
    reasons = {r.id: (r.reason, r.message) for r in rejections(tmp_path / "v2")}
    assert reasons[bad] == ("review_reject", "a reviewer decided so: two are right")
    assert reasons[unclear][0] == "review_fix"
    card = (tmp_path / "v2/README.md").read_text()
    assert "0 added, 2 removed" in card and "Cohen's kappa is 1.00" in card
    with pytest.raises(InputError, match="is no question that is chosen"):
        build(dataset, tmp_path / "v3", Order(2, "1.2", reviewed=(given,)))
    gone = filled(sheet, {row["id"]: ("reject", "") for row in told})
    with pytest.raises(UsageError, match="the review keeps no question"):
        build(dataset, tmp_path / "v3", Order(6, "1.2", reviewed=(gone,)))


def test_a_version_says_one_thing(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(dataset, out, Order(6, "1.0"))
    before = tree(out)
    build(dataset, out, Order(6, "1.0"))
    with pytest.raises(UsageError, match=r"holds version 1\.0 with other questions"):
        build(dataset, out, Order(3, "1.0"))
    with pytest.raises(UsageError, match=r"holds version 1\.0 with other questions"):
        build(dataset, tmp_path / "elsewhere", Order(3, "1.0", out))
    assert tree(out) == before and not (tmp_path / "elsewhere").exists()
    assert build(dataset, out, Order(3, "1.1", out)).changes is not None


def test_places_that_are_none(dataset: Path, tmp_path: Path) -> None:
    other = publish_some(tmp_path, "other")
    with pytest.raises(UsageError, match="holds something else that demitasse wrote"):
        build(dataset, other, Order(6, "1.0"))
    with pytest.raises(UsageError, match="is in the dataset"):
        build(dataset, dataset / "benchmark", Order(6, "1.0"))
    with pytest.raises(UsageError, match="is no complete published dataset"):
        build(tmp_path / "nothing", tmp_path / "out", Order(6, "1.0"))
    with pytest.raises(UsageError, match="is no benchmark: --previous"):
        build(dataset, tmp_path / "out", Order(6, "1.0", other))
    (tmp_path / "sheet.csv").write_text("decided")
    with pytest.raises(UsageError, match="people may have decided in it"):
        check_sheet(tmp_path / "sheet.csv", tmp_path / "out")
    with pytest.raises(UsageError, match="would lie in the benchmark's folder"):
        check_sheet(tmp_path / "out" / "new.csv", tmp_path / "out")
    pictures_of(tmp_path / "new.csv").mkdir()
    with pytest.raises(UsageError, match="new_pictures exists"):
        check_sheet(tmp_path / "new.csv", tmp_path / "out")


def test_a_manifest_of_another_form_is_told(
    dataset: Path, first: tuple[Path, Manifest], tmp_path: Path
) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps({"version": "1.0"}))
    with pytest.raises(UsageError, match="is not of the form that this version writes"):
        build(dataset, tmp_path / "out", Order(6, "1.0", tmp_path))
