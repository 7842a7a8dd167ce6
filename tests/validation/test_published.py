"""Our own folder, spoilt in one way at a time: that is found, and nothing else is."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.publish.split import SplitName
from pipeline.validation.rules.table import RULES
from pipeline.validation.validate import validate
from tests.publish.samples import jpeg
from tests.validation.folders import clean_folder, edit, findings, retype, shards

Row = dict[str, Any]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return clean_folder(tmp_path)


def test_nothing_is_wrong_with_a_clean_folder(dataset: Path) -> None:
    report = validate(dataset)
    assert report.ok and not report.count("warning")
    assert report.rows == 24 and report.formats == ("demitasse",)
    idle = {result.rule for result in report.results if result.not_applicable}
    assert idle == {"pronouns", "category", "difficulty"}


def test_nothing_is_wrong_with_the_demo(demo_workspace: Path) -> None:
    report = validate(demo_workspace / "dataset")
    assert report.rows and not report.count("error") + report.count("warning")


def put(*path: str | int, value: Any) -> Callable[[Row], None]:
    """A change that puts a value in the place that a path leads to."""

    def change(row: Row) -> None:
        inner: Any = row
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value

    return change


def swapped(row: Row) -> None:
    row["core_frames"] = row["core_frames"][::-1]


def doubled(row: Row) -> None:
    row["core_frames"].append(dict(row["core_frames"][-1]))


def frameless(row: Row) -> None:
    row["core_frames"] = []


def cut_off(row: Row) -> None:
    data = row["core_frames"][0]["image"]["bytes"][:-200]
    row["core_frames"][0]["image"]["bytes"] = data
    row["core_frames"][0]["sha256"] = sha256(data).hexdigest()


def said(text: str) -> Callable[[Row], None]:
    """More words behind the evidence."""

    def change(row: Row) -> None:
        row["evidence"] += f" {text}"

    return change


def bbox(*numbers: float) -> Callable[[Row], None]:
    return put("boxes", 0, "bbox", value=list(numbers))


def interval(start: float, end: float) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row["intervals"][0].update(start_seconds=start, end_seconds=end)

    return change


TRAIN: list[tuple[str, Callable[[Row], None]]] = [
    ("readable.missing", put("evidence", value=None)),
    ("readable.missing", put("id", value=None)),
    ("media.missing", put("core_frames", 0, "image", "bytes", value=b"")),
    ("media.hash", put("core_frames", 0, "image", "bytes", value=jpeg(77))),
    ("media.unreadable", cut_off),
    ("texts.empty", put("answer", value=" \n")),
    ("texts.stand_in", put("answer", value="error")),
    ("texts.stand_in", put("question", value="N/A")),
    ("tasks.unknown", put("task", value="event_guessing")),
    ("tasks.spelling", put("task", value="Event Dynamic")),
    ("tags.unbalanced", said("The <obj>person_1 walks.")),
    ("tags.unbalanced", said("The person_1</obj> walks.")),
    ("tags.unbalanced", said("<think>It is so.")),
    ("tags.empty", said("The <obj></obj> walks.")),
    ("tags.unlisted", said("The <obj>person_9</obj> walks.")),
    ("tags.untagged", put("key_items", value=["bag_1", "person_1", "cat_1"])),
    ("placeholders.stray", put("question", value="<video> Why is the pier so full of people?")),
    ("frames.repeated", doubled),
    ("frames.order", swapped),
    ("frames.time", put("core_frames", 1, "pts_seconds", value=float("nan"))),
    ("citations.unknown_frame", put("boxes", 0, "frame", value="elsewhere/f3")),
    ("citations.unknown_frame", put("unboxed", 0, "frame", value="elsewhere/f3")),
    ("citations.unknown_time", put("intervals", 0, "pts_seconds", value=[0.5])),
    ("citations.number leakage.frame_id", said("Frame 812 shows it.")),
    ("intervals.reversed", interval(1.5, 0.0)),
    ("intervals.zero_length", interval(0.0, 0.0)),
    ("intervals.before_start", interval(-0.5, 1.0)),
    ("intervals.misses_frame", interval(0.5, 1.0)),
    ("intervals.no_number", interval(0.0, float("inf"))),
    ("boxes.no_area", bbox(0.5, 0.1, 0.5, 0.9)),
    ("boxes.no_area", bbox(0.5, 0.1, 0.2, 0.9)),
    ("boxes.out_of_range", bbox(0.5, 0.1, 1.2, 0.9)),
    ("boxes.out_of_range", bbox(12.0, 10.0, 50.0, 90.0)),
    ("boxes.malformed", bbox(0.5, 0.1, float("nan"), 0.9)),
    ("leakage.context", said("The object list provided for this task names it.")),
    ("leakage.context", said("According to the captions, it is so.")),
    ("leakage.frame_id", said("In F3, it stands still.")),
    ("future.time", said("At 7.5 seconds it is over.")),
    ("leakage.answer", lambda row: row.update(question="Why? " + row["answer"][3:])),
    ("perspective.drift", said("You can see it there.")),
    ("category.task", said("This is a traffic analysis question.")),
]
TEST: list[tuple[str, Callable[[Row], None]]] = [
    ("options.none", put("options", value=[])),
    ("options.letter", put("letter", value="E")),
    ("options.letter", put("letter", value="the first")),
    ("options.no_letter", put("letter", value=None)),
    ("options.answer_elsewhere", put("answer", value="A whale swims past the quay by night.")),
]


@pytest.mark.parametrize(("expected", "change"), TRAIN, ids=lambda v: v if type(v) is str else "")
def test_a_spoilt_row(dataset: Path, expected: str, change: Callable[[Row], None]) -> None:
    _one_row(dataset, "train", expected, change)


@pytest.mark.parametrize(("expected", "change"), TEST, ids=lambda v: v if type(v) is str else "")
def test_a_spoilt_test_row(dataset: Path, expected: str, change: Callable[[Row], None]) -> None:
    _one_row(dataset, "test", expected, change)


def _one_row(dataset: Path, split: SplitName, expected: str, change: Callable[[Row], None]) -> None:
    name = edit(dataset, change, split, row=2)
    report = validate(dataset)
    found = [f for result in report.results for f in result.findings]
    assert {f"{f.rule}.{f.code}" for f in found} == set(expected.split())
    for finding in found:
        assert finding.count == 1 and finding.severity == RULES[finding.rule].kinds[finding.code][0]
        (example,) = finding.examples
        assert example.row == name or example.row.endswith(":3"), "an id, or the row's place"
        assert example.detail


def test_options_that_repeat_or_are_too_few(dataset: Path) -> None:
    def repeat(row: Row) -> None:
        wrong = next(n for n, o in enumerate(row["options"]) if o != row["answer"])
        row["options"][wrong] = row["answer"]

    edit(dataset, repeat, "test")
    assert findings(dataset) == {"options.repeated"}

    def shorten(row: Row) -> None:
        row["options"], row["letter"] = [row["answer"], "No."], "A"

    edit(dataset, shorten, "test", row=0)
    assert findings(dataset) == {"options.not_four", "options.count_differs"}


def test_frames_that_are_not_there(dataset: Path) -> None:
    edit(dataset, frameless)
    assert findings(dataset) == {
        "frames.none", "citations.unknown_frame",
    }  # fmt: skip


def test_a_row_that_is_there_twice(dataset: Path) -> None:
    rows = pq.read_table(shards(dataset)[0]).to_pylist()
    name = edit(dataset, lambda row: row.update(rows[1]))
    assert findings(dataset) == {"duplicates.id", "duplicates.same"}
    edit(dataset, lambda row: row.update(id=name))
    assert findings(dataset) == {"duplicates.same"}
    edit(dataset, lambda row: row.update(answer=row["answer"] + " At once."))
    assert findings(dataset) == {"duplicates.near", "duplicates.contradiction"}


def test_an_id_that_was_rejected(dataset: Path) -> None:
    edit(dataset, lambda row: row.update(id="r0001"))
    assert findings(dataset) == {"duplicates.id"}


def test_train_and_test_that_share(dataset: Path) -> None:
    tested = pq.read_table(shards(dataset, "test")[0]).to_pylist()[0]
    name = edit(dataset, lambda row: row.update(video=tested["video"]))
    report = validate(dataset)
    (shared,) = [f for result in report.results for f in result.findings]
    assert (shared.rule, shared.code) == ("splits", "video")
    assert shared.examples[0].row == name and tested["id"] in shared.examples[0].detail

    edit(dataset, lambda row: row.update(video="0" * 32))
    question = tested["question"] + " Really?"
    edit(dataset, lambda row: row.update(question=question, answer=tested["answer"]))
    assert findings(dataset) == {"splits.near_duplicate"}


def test_letters_and_lengths_that_give_the_answer_away(tmp_path: Path) -> None:
    dataset = clean_folder(tmp_path, samples=60)

    def favour(row: Row) -> None:
        options = [o for o in row["options"] if o != row["answer"]]
        row["options"], row["letter"] = [row["answer"], *options], "A"

    def lengthen(row: Row) -> None:
        place = "ABCD".index(row["letter"])
        row["answer"] += " And that is why it ends in the way in which it does end here."
        row["options"][place] = row["answer"]

    def shorten(row: Row) -> None:
        place = "ABCD".index(row["letter"])
        row["answer"] = row["options"][place] = row["answer"].split(".")[0][:20]

    changes = [
        (favour, "letter_balance.uneven"),
        (shorten, "length_gap.shortest"),
        (lengthen, "length_gap.longest"),
    ]
    for change, expected in changes:
        for path in shards(dataset, "test"):
            table = pq.read_table(path)
            rows = table.to_pylist()
            for row in rows:
                change(row)
            pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
        assert expected in findings(dataset)
    assert findings(dataset) == {"letter_balance.uneven", "length_gap.longest"}


def test_a_clip_that_ends_before_it_starts_or_leaves_frames_out(dataset: Path) -> None:
    edit(dataset, put("end_seconds", value=-1.0))
    assert findings(dataset) == {"intervals.reversed", "intervals.misses_frame"}
    edit(dataset, put("end_seconds", value=0.5))
    assert findings(dataset) == {"intervals.misses_frame"}


def test_a_videos_ends_are_those_of_its_own_clock(dataset: Path) -> None:
    def clocked(row: Row) -> None:
        row["video_start_seconds"], row["video_seconds"] = -1.0, 2.4
        row["end_seconds"] = 1.4

    for shard_of in ("train", "test"):
        edit(dataset, clocked, shard_of)
    edit(dataset, interval(-1.0, 1.4))
    report = validate(dataset)
    assert not any(result.notes for result in report.results)
    assert findings(dataset) == set(), "a tenth of a second is a frame's or a rounding's"
    edit(dataset, interval(0.0, 9.5))
    assert findings(dataset) == {"intervals.past_end"}
    edit(dataset, interval(-2.0, 1.4))
    assert findings(dataset) == {"intervals.before_start"}
    edit(dataset, interval(0.0, 1.4))
    edit(dataset, put("core_frames", 1, "pts_seconds", value=3.0))
    assert findings(dataset) == {"frames.past_end", "intervals.misses_frame"}


def test_a_shard_that_is_gone(dataset: Path) -> None:
    shards(dataset)[0].unlink()
    assert findings(dataset) == {"files.missing"}


def test_a_shard_that_is_cut_off(dataset: Path) -> None:
    path = shards(dataset)[0]
    path.write_bytes(path.read_bytes()[:-100])
    assert findings(dataset) == {"readable.broken_file"}
    path.write_bytes(b"")
    assert findings(dataset) == {"readable.broken_file"}


def test_pages_that_are_spoilt(dataset: Path) -> None:
    path = shards(dataset)[0]
    data = bytearray(path.read_bytes())
    data[4:4000] = bytes(3996)
    path.write_bytes(data)
    assert "readable.broken_file" in findings(dataset)


def test_a_file_that_nobody_wrote(dataset: Path) -> None:
    (dataset / "notes.txt").write_text("mine")
    (dataset / ".gitattributes").write_text("the hub's")
    assert findings(dataset) == {"files.unknown"}


def test_a_list_of_files_that_is_none(dataset: Path) -> None:
    (dataset / ".demitasse.json").write_text("{")
    assert findings(dataset) == {"files.marker"}


def test_shards_that_do_not_load(dataset: Path) -> None:
    path = shards(dataset)[0]
    before = path.read_bytes()

    retype(path, lambda table: table.drop_columns(["licence"]))
    assert findings(dataset) == {"files.columns_differ", "files.feature_lost"}

    path.write_bytes(before)
    place = pq.read_schema(path).get_field_index("licence")
    retype(path, lambda t: t.set_column(place, "licence", pa.nulls(len(t))))
    assert findings(dataset) == {"files.columns_differ", "files.null_column"}

    path.write_bytes(before)
    retype(path, lambda table: table.replace_schema_metadata(None))
    assert "files.feature_lost" in findings(dataset)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("data/train-*", "train-*", {"files.card", "files.unnamed"}),
        ("configs:", "configs: [", {"files.card"}),
        ("---\n", "", {"files.card"}),
    ],
)
def test_a_card_that_does_not_fit(dataset: Path, old: str, new: str, expected: set[str]) -> None:
    card = dataset / "README.md"
    card.write_text(card.read_text().replace(old, new, 1))
    assert findings(dataset) == expected


def test_the_whole_dataset_in_the_first_person_is_no_drift(dataset: Path) -> None:
    for path in (*shards(dataset, "train"), *shards(dataset, "test")):
        table = pq.read_table(path)
        rows = [row | {"evidence": row["evidence"] + " I hold it."} for row in table.to_pylist()]
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    assert findings(dataset) == set()
    edit(dataset, lambda row: row.update(evidence=row["evidence"] + " The camera wearer nods."))
    assert findings(dataset) == {"perspective.drift"}
