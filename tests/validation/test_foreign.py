"""Other tools' formats: told by their fields, read as rows, clean ones clean, spoilt ones found."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.validation.readers.source import find
from pipeline.validation.validate import validate
from tests.footage import bikes
from tests.publish.samples import jpeg
from tests.validation import foreign
from tests.validation.folders import findings, found
from tests.validation.foreign import Row, write_json, write_lines, write_named, write_parquet

Make = Callable[[], list[Row]]
Write = Callable[[Path, Sequence[Row]], Path]

FILES: list[tuple[str, str, Write, Make]] = [
    ("llama-factory", "train.json", write_json, foreign.llama_factory),
    ("llama-factory", "train.json", write_json, foreign.pause_and_think),
    ("ms-swift", "train.jsonl", write_lines, foreign.ms_swift),
    ("qwen-vl", "train.json", write_json, foreign.qwen_vl),
    ("verl", "train.parquet", write_parquet, foreign.verl),
    ("trl", "train.jsonl", write_lines, foreign.trl),
    ("trl", "train.parquet", write_parquet, foreign.trl),
    ("trl", "train.jsonl", write_lines, foreign.trl_typed),
    ("videoespresso", "bench.json", write_json, foreign.videoespresso_test),
    ("video-r1", "Video-R1-COT.json", write_json, foreign.video_r1),
    ("video-r1", "bench.json", write_json, foreign.pause_and_think_benchmark),
    ("ego-st", "Part1_forward_mcq.json", write_named, foreign.ego_st),
    ("temporal", "charades.json", write_json, foreign.temporal),
]
UNDECLARED: list[tuple[str, str, Write, Make]] = [
    ("videoespresso", "train.json", write_json, foreign.videoespresso_train),
    ("videoespresso", "train.json", write_json, foreign.open_o3),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    foreign.media(tmp_path)
    return tmp_path


def name_of(value: object) -> str:
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("name", "file", "write", "make"), FILES, ids=name_of)
def test_a_clean_file(folder: Path, name: str, file: str, write: Write, make: Make) -> None:
    write(folder / file, make())
    for dataset in (folder, folder / file):
        report = validate(dataset)
        assert report.formats == (name,)
        assert report.rows == len(make())
        assert found(report) == set()


@pytest.mark.parametrize(("name", "file", "write", "make"), UNDECLARED, ids=name_of)
def test_boxes_whose_numbers_nobody_explains(
    folder: Path, name: str, file: str, write: Write, make: Make
) -> None:
    write(folder / file, make())
    report = validate(folder)
    assert report.formats == (name,) and report.ok
    assert found(report) == {"boxes.undeclared"}


def one(folder: Path, file: str, rows: Sequence[Row], **options: Any) -> set[str]:
    """What is found in a file with these rows."""
    write = write_lines if file.endswith("l") else write_json
    return findings(
        (write if not file.endswith("parquet") else write_parquet)(folder / file, rows), **options
    )


def test_what_is_read_of_a_conversation(folder: Path) -> None:
    path = write_json(folder / "train.json", foreign.llama_factory())
    row, other = find(path).rows()
    assert row.question == "What does the cook do next?"
    assert row.options == ("She pours water.", "She cuts a leek.", "She goes away.")
    assert (row.letter, row.answer) == ("B", "She cuts a leek.")
    assert row.reasoning == "She has a knife."
    assert (row.split, row.video, row.place) == ("train", "a.mp4", "train.json:1")
    assert (other.letter, other.options, other.answer) == (None, None, "It broke.")


def test_what_is_read_of_a_rewarded_prompt(folder: Path) -> None:
    (row,) = find(write_parquet(folder / "x.parquet", foreign.verl())).rows()
    assert (row.split, row.letter, row.answer) == ("train", "B", "She cuts a leek.")


def test_what_is_read_of_a_benchmark_of_moments(folder: Path) -> None:
    (row,) = find(write_json(folder / "x.json", foreign.pause_and_think_benchmark())).rows()
    assert (row.question_point, row.video_end, row.video) == (5.134, 5.134, "a.mp4")
    assert row.answer == "You hold a lid." and (row.reasoning or "").endswith("I will tell them.")


def test_what_is_read_of_keyed_frames(folder: Path) -> None:
    (row,) = find(write_json(folder / "x.json", foreign.open_o3())).rows()
    assert row.frames is not None and row.cited is not None
    assert [(f.name, f.seconds) for f in row.frames] == [("1", 12.0)]
    assert [(c.by, c.frame) for c in row.cited] == [("key item knife", "1")]
    rows = foreign.open_o3()
    rows[0]["key_items"] = {"7": {"knife": [[0.1, 0.2, 0.5, 0.6]]}}
    assert one(folder, "x.json", rows) == {"boxes.undeclared", "citations.unknown_frame"}


@pytest.mark.parametrize(
    ("file", "make", "text", "expected"),
    [
        ("t.json", foreign.llama_factory, "Look.", {"placeholders.too_few"}),
        ("t.json", foreign.llama_factory, "<video><video>Look.", {"placeholders.too_many"}),
        ("t.json", foreign.llama_factory, "<video><image>Look.", {"placeholders.too_many"}),
        ("t.jsonl", foreign.ms_swift, "<image>Where is <ref-object>?", set()),
        ("t.jsonl", foreign.ms_swift, "<image><image>Where?", {"placeholders.too_few"}),
        ("t.jsonl", foreign.ms_swift, "<image><image><image>A <ref-object>?",
         {"placeholders.too_many"}),
    ],
)  # fmt: skip
def test_placeholders_in_messages(
    folder: Path, file: str, make: Make, text: str, expected: set[str]
) -> None:
    rows = make()
    rows[0]["messages"][0]["content"] = text
    assert one(folder, file, rows) == expected


def test_placeholders_of_other_trainers(folder: Path) -> None:
    rows = foreign.qwen_vl()
    rows[0]["conversations"][1]["value"] = "It broke in the <video>."
    assert one(folder, "q.json", rows) == {"placeholders.in_reply"}

    rows = foreign.verl()
    rows[0]["prompt"][0]["content"] = foreign.MCQ
    assert one(folder, "v.parquet", rows) == {"placeholders.too_few"}
    rows = foreign.verl()
    rows[0]["videos"] = ["a.mp4"]
    assert one(folder, "v.parquet", rows) == {"placeholders.bare_path"}

    rows = foreign.trl_typed()
    rows[0]["images"] = ["1.jpg", "2.jpg"]
    assert one(folder, "t.jsonl", rows) == {"placeholders.too_few"}
    rows = foreign.trl()
    rows[0]["prompt"][0]["content"] = "<image> Why does the lamp go out?"
    assert one(folder, "t.jsonl", rows) == {"placeholders.stray"}


def test_media_that_are_not_there(folder: Path) -> None:
    (folder / "a.mp4").unlink()
    (folder / "1.jpg").write_bytes(jpeg(40)[:-100])
    rows = foreign.video_r1()
    assert one(folder, "r.json", rows) == {"media.missing", "media.unreadable"}
    rows[0]["path"] = "https://example.org/a.mp4"
    rows[1]["path"] = "2.jpg"
    assert one(folder, "r.json", rows) == set(), "nothing is fetched"
    (folder / "2.jpg").write_bytes(b"")
    assert one(folder, "r.json", rows) == {"media.unreadable"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"options": ["A. One, two", "C. Three"]}, {"options.mislabelled"}),
        ({"options": ["A. A. One", "B. Two"]}, {"options.doubled_label"}),
        ({"options": ["A. One", "B. one"]}, {"options.repeated"}),
        ({"options": ["A. One", "B.  "]}, {"options.empty"}),
        ({"options": ["A. One, B. Two"]}, {"options.too_few", "options.letter"}),
        ({"solution": "<answer>B.</answer>"}, {"options.letter_form"}),
        ({"solution": "<answer>D</answer>"}, {"options.letter"}),
        ({"solution": "<answer>error</answer>"}, {"texts.stand_in", "options.no_letter"}),
        ({"solution": "<answer>B"}, {"tags.unbalanced", "options.no_letter"}),
        ({"process": "<think></think>"}, {"tags.empty", "texts.empty"}),
    ],
)
def test_problems_and_solutions(folder: Path, change: Row, expected: set[str]) -> None:
    rows = [foreign.video_r1()[0] | change]
    assert one(folder, "r.json", rows) == expected


def test_options_in_one_line_of_a_problem(folder: Path) -> None:
    row = foreign.video_r1()[0]
    del row["options"]
    row["problem"] = "Where to? A. left, then on, B. right, C. nowhere"
    assert one(folder, "r.json", [row]) == {"options.joined"}


def test_reasoning_about_another_category(folder: Path) -> None:
    row = foreign.video_r1()[1] | {"solution": "<answer>Left.</answer>"}
    row["problem"] = "Which landmark comes after the red house?"
    asks = "Let's think in reverse. Which {} comes first? A well."
    row["process"] = f"<think>{asks.format('landmark')}</think>"
    assert one(folder, "r.json", [row]) == set()
    row["process"] = f"<think>{asks.format('action')}</think>"
    assert one(folder, "r.json", [row]) == {"category.question"}


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ("<box_start>[]<box_end>", {"boxes.empty"}),
        ("<box_start>[[1, 2, 3]]<box_end>", {"boxes.malformed"}),
        ("<box_start>[[50, 50, 0, 9]]<box_end>", {"boxes.no_area"}),
        ("<box_start>[[0.5, 0.5, 0.2, 0.1]]<box_end>", {"boxes.mixed_scales"}),
        ("<box_start>[[500, 500, 300, 400]]<box_end>", set()),
    ],
)
def test_boxes_of_unknown_scale(folder: Path, evidence: str, expected: set[str]) -> None:
    rows = foreign.videoespresso_train() * 2
    rows[1] = rows[1] | {
        "question": "Who is there?", "evidence": f"<obj_start>it<obj_end>{evidence}",
    }  # fmt: skip
    seen = one(folder, "train.json", rows) - {"boxes.undeclared"}
    assert seen == expected, "boxes of hundredths are small boxes of thousandths, and no mistake"


def test_a_box_outside_the_frame_in_either_convention(folder: Path) -> None:
    rows = foreign.videoespresso_train()
    rows[0]["evidence"] = "<box_start>[[99, 99, 50, 50]]<box_end>"
    assert one(folder, "t.json", rows) == {"boxes.undeclared", "boxes.out_of_range"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"timestamp": [1.0, 21.0]}, {"intervals.past_end"}),
        ({"timestamp": [5.0, 2.0]}, {"intervals.reversed"}),
        ({"timestamp": [5.0, 5.0]}, {"intervals.zero_length"}),
        ({"timestamp": ["one", 2]}, {"readable.wrong_type"}),
        ({"timestamp": None}, {"readable.missing"}),
        ({"video_start": 10, "video_end": 13}, {"intervals.past_end"}),
        ({"sentence": ""}, {"texts.empty"}),
        ({"qid": "my|b|0|rain"}, {"duplicates.id"}),
    ],
)
def test_sentences_with_times(folder: Path, change: Row, expected: set[str]) -> None:
    rows = foreign.temporal()
    rows[0] |= change
    assert one(folder, "c.json", rows) == expected


def test_an_object_of_videos_with_many_sentences(folder: Path) -> None:
    path = folder / "anet.json"
    path.write_text(
        '{"v1": {"duration": 9.5, "timestamps": [[0, 3], [4, 9.9]], "sentences": ["a b", "c d"]},'
        ' "v2": {"duration": 5, "timestamps": [[0, 5]], "sentences": ["e f"]}}'
    )
    report = validate(path)
    assert found(report) == {"intervals.past_end"}
    assert report.rows == 2


def test_what_happens_after_the_question(folder: Path) -> None:
    def answered(text: str) -> list[Row]:
        rows = foreign.pause_and_think()
        rows[0]["messages"][1]["content"] = text
        return rows

    late = "<thinking>{}</thinking><answer>Turn the switch.</answer>"
    seen = one(folder, "p.json", answered(late.format("Later in the video a hand comes.")))
    assert seen == {"future.words"}
    assert one(folder, "p.json", answered(late.format("At 15 seconds it goes out."))) == {
        "future.time"
    }
    assert one(folder, "p.json", answered(late.format("At 12 seconds it is on."))) == set()
    shown = "It goes From <t>3.0</t>s to <t>14.5</t>s out."
    assert "future.evidence" in one(folder, "p.json", answered(late.format(shown)))
    assert one(folder, "p.json", answered(late.format("It is <t>9.0</t>s on for 30 s."))) == set()


def test_who_is_spoken_to(folder: Path) -> None:
    def talk(answer: str) -> Row:
        row = foreign.llama_factory()[1]
        row["messages"][0]["content"] = "<video>\nWhat do I hold in my hand?"
        row["messages"][1]["content"] = answer
        return row

    rows = [talk(f"You hold a {thing}.") for thing in ("cup", "spoon", "pot of red paint")]
    for n, row in enumerate(rows):
        row["videos"] = ["a.mp4", "b.mp4"][n % 2 : n % 2 + 1]
        row["messages"][0]["content"] += f" Say it for moment {['one', 'two', 'three'][n]}."
    assert one(folder, "w.json", rows) == set()
    rows[2]["messages"][1]["content"] = "I am holding a pot of red paint."
    assert one(folder, "w.json", rows) == {"pronouns.answer"}
    rows[2]["messages"][1]["content"] = "<think>I see a pot.</think>You hold a pot of red paint."
    assert one(folder, "w.json", rows) == set()
    for row, thought in zip(
        rows, ("You lift it.", "Your hand is up.", "My hand is up."), strict=True
    ):
        row["messages"][1]["content"] = f"<think>{thought}</think>You hold it, {thought[-5:]}"
    assert one(folder, "w.json", rows) == {"pronouns.reasoning"}


def test_train_and_test_files(folder: Path) -> None:
    rows = foreign.temporal()
    write_json(folder / "my_train.json", rows[:1])
    write_json(folder / "my_test.json", rows[1:])
    report = validate(folder)
    assert found(report) == set()
    assert next(r for r in report.results if r.rule == "splits").checked == 2
    write_json(folder / "my_val.json", [rows[0] | {"qid": "q9", "sentence": "A door is shut."}])
    assert findings(folder) == {"splits.video"}


def test_the_length_of_a_video(folder: Path) -> None:
    rows = foreign.temporal()
    for row in rows:
        del row["duration"]
    report = validate(write_json(folder / "c.json", rows))
    (note,) = next(r.notes for r in report.results if r.rule == "intervals")
    assert "2 of 2 rows" in note
    (folder / "videos.csv").write_text("video,duration_seconds\na.mp4,3.5\nb.mp4,20\n")
    assert findings(folder / "c.json") == {"intervals.past_end"}


def test_the_length_of_a_video_that_is_there(folder: Path) -> None:
    (folder / "a.mp4").write_bytes(bikes().read_bytes())
    row = foreign.temporal()[0] | {"timestamp": [1.0, 9.9]}
    del row["duration"]
    assert one(folder, "c.json", [row]) == set()
    row["timestamp"] = [1.0, 12.0]
    assert one(folder, "c.json", [row]) == {"intervals.past_end"}


def test_rows_that_are_none(folder: Path) -> None:
    path = folder / "r.jsonl"
    write_lines(path, foreign.video_r1())
    with path.open("a") as file:
        file.write("{broken\n[1, 2]\n\n")
    report = validate(path)
    assert found(report) == {"readable.not_a_row"}
    (flaw,) = [f for r in report.results for f in r.findings]
    assert [e.row for e in flaw.examples] == ["r.jsonl:3", "r.jsonl:4"]


def test_a_list_that_breaks_off(folder: Path) -> None:
    path = write_json(folder / "r.json", foreign.video_r1())
    path.write_text(path.read_text()[:-40])
    report = validate(path)
    assert "readable.broken_file" in found(report) and report.rows == 2


def test_fields_of_another_type(folder: Path) -> None:
    rows = foreign.video_r1()
    rows[0]["options"] = {"A": "She pours water."}
    rows[1]["problem"] = None
    assert one(folder, "r.json", rows) == {"readable.wrong_type", "readable.missing"}
    messages: list[Row] = foreign.llama_factory()
    messages[0]["messages"][1]["content"] = None
    assert "readable.wrong_type" in one(folder, "l.json", messages)
