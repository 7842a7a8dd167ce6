"""One row of VideoEspresso in all the spellings that are about."""

from typing import Any

import pytest

from pipeline.imports.box_readings import Reading
from pipeline.imports.espresso import Read, read_row
from pipeline.imports.evidence_tags import take_apart
from pipeline.imports.frame_names import frame_of
from pipeline.imports.rows import ImportedSample
from pipeline.tasks import Task

CENTRE = Reading("centre", 1000)

TRAIN: dict[str, Any] = {
    "question": "Why does the dog bark?",
    "answer": "A car comes.",
    "video_path": "CUVA/00299.mp4",
    "task": "Causal Inference",
    "keyframe_path": ["CUVA/2_image/00299/4560.jpg", "CUVA/2_image/00299/4600.jpg"],
    "key items": ["dog", "car"],
    "evidence": "A <obj_start>dog<obj_end><box_start>[500, 500, 200, 400]<box_end> barks.",
}
TEST: dict[str, Any] = {
    "core_frames_paths": ["a/vatex/clip/0.jpg"],
    "core_frames_captions": ["A dog."],
    "question": "Why does the dog bark?",
    "answer": "A car comes.",
    "key_items": {"0": ["dog"], "1": ["car", "dog"]},
    "evidence": "A <obj_start>dog<obj_end><box_start>[[500, 500, 200, 400]]<box_end> barks.",
    "task": "Narrative Analysis",
    "correct_answer": "(B)",
    "video_path": "a.mkv",
    "options": ["(A): Rain starts.", "(B): A car comes.", "(C): It eats.", "(D): It sleeps."],
}


def sample(read: Read) -> ImportedSample:
    assert read.sample is not None, read.problems
    return read.sample


def codes(item: Any, reading: Reading | None = CENTRE) -> list[str]:
    return [problem.code for problem in read_row(3, item, reading).problems]


def test_a_training_row() -> None:
    read = read_row(3, TRAIN, CENTRE)
    found = sample(read)
    assert read.problems == () and read.unknown_fields == ()
    assert (found.row, found.split, found.task) == (3, "train", Task.CAUSAL_INFERENCE)
    assert [(f.scheme, f.number, f.seconds) for f in found.core_frames] == [
        ("frame_number", 4560, None),
        ("frame_number", 4600, None),
    ]
    assert found.evidence == "A <obj>dog</obj> barks."
    (mention,) = found.mentions
    assert mention.boxes == ((0.4, 0.3, 0.6, 0.7),)
    assert found.key_items == ("dog", "car")


def test_a_test_row() -> None:
    found = sample(read_row(1, TEST, CENTRE))
    assert (found.split, found.letter, found.task) == ("test", "B", Task.NARRATIVE_STRUCTURING)
    assert found.options == ("Rain starts.", "A car comes.", "It eats.", "It sleeps.")
    assert found.core_frames[0].caption == "A dog."
    assert found.core_frames[0].scheme == "sample_index"
    assert found.key_items == ("dog", "car")


@pytest.mark.parametrize(
    "name", ["core_frame_paths", "core_frames_path", "keyframe_paths", "Keyframe Path"]
)
def test_the_frames_under_all_their_names(name: str) -> None:
    item = {key: value for key, value in TRAIN.items() if key != "keyframe_path"}
    found = sample(read_row(1, item | {name: TRAIN["keyframe_path"]}, CENTRE))
    assert len(found.core_frames) == 2


def test_one_path_as_a_text() -> None:
    found = sample(read_row(1, TRAIN | {"keyframe_path": "vatex/a/3.jpg"}, CENTRE))
    assert [frame.number for frame in found.core_frames] == [3]


def test_times_that_re_users_added() -> None:
    item = TEST | {"core_frames_timestamps": [2.5], "duration": 10}
    read = read_row(1, item, CENTRE)
    assert sample(read).core_frames[0].seconds == 2.5
    assert read.unknown_fields == ("duration",)


@pytest.mark.parametrize(
    ("options", "correct", "letter"),
    [
        (["A. x", "B. y"], "B", "B"),
        (["A: x", "B: y"], "(b)", "B"),
        (["A) x", "B) y"], "A.", "A"),
        (["x", "y"], "B", "B"),
        ({"B": "y", "A": "x"}, "A", "A"),
    ],
)
def test_options_and_letters(options: Any, correct: str, letter: str) -> None:
    found = sample(read_row(1, TEST | {"options": options, "correct_answer": correct}, CENTRE))
    assert (found.options, found.letter) == (("x", "y"), letter)


def test_options_that_only_look_lettered_stay_whole() -> None:
    options = ["A. Smith came.", "B. Jones came.", "D. Brown came."]
    found = sample(read_row(1, TEST | {"options": options}, CENTRE))
    assert found.options == tuple(options)


def test_an_answer_can_be_the_right_options() -> None:
    item = {key: value for key, value in TEST.items() if key != "answer"}
    assert sample(read_row(1, item, CENTRE)).answer == "A car comes."


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"task": "Juggling"}, "unknown_task"),
        ({"evidence": ""}, "no_evidence"),
        ({"evidence": "A <obj_start>dog<obj_end><box_start>[]<box_end>."}, "empty_box"),
        ({"evidence": "A <obj_start>dog<obj_end> barks."}, "no_box"),
        (
            {"evidence": "A <obj_start>dog<obj_end><box_start>[1, 2, 3]<box_end>."},
            "malformed_box",
        ),
        (
            {"evidence": "A <obj_start>dog<obj_end><box_start>[1, 2, x, 4]<box_end>."},
            "malformed_box",
        ),
        (
            {"evidence": "A <obj_start>dog<obj_end><box_start>[990, 5, 200, 400]<box_end>."},
            "box_not_in_convention",
        ),
        (
            {"evidence": "A <obj_start>dog<obj_end><box_start>[50, 50, 20, 40]<box_end>."},
            "box_scale_doubtful",
        ),
        ({"evidence": "A <obj_start>dog barks at a car<obj_end>s<box_end>."}, "unbalanced_tags"),
        ({"keyframe_path": []}, "no_frames"),
        ({"keyframe_path": [1, 2]}, "unreadable_frames"),
        ({"keyframe_path": ["other/3.jpg"]}, "frame_number_unclear"),
        ({"keyframe_path": ["other/last.jpg"]}, "frame_name_unknown"),
        ({"core_frames_captions": ["one"]}, "captions_do_not_match"),
        ({"key items": [[], {}]}, "unreadable_key_items"),
        ({"key_items": ["bird"]}, "contradicting_fields"),
        ({"video_path": None}, "no_video"),
    ],
)
def test_what_cannot_be_resolved_is_told(change: dict[str, Any], code: str) -> None:
    read = read_row(3, TRAIN | change, CENTRE)
    assert sample(read).question
    told = [problem for problem in read.problems if problem.code == code]
    assert len(told) == 1 and told[0].row == 3 and not told[0].left_out


def test_letters_beyond_the_options() -> None:
    assert codes(TEST | {"correct_answer": "(E)"}) == ["letter_not_among_options"]
    assert codes(TEST | {"options": [1, 2]}) == ["unreadable_options"]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ("a text", "not_an_object"),
        (TRAIN | {"question": " "}, "no_question"),
        (TRAIN | {"answer": None}, "no_answer"),
    ],
)
def test_what_is_no_question_is_left_out(item: Any, code: str) -> None:
    read = read_row(1, item, CENTRE)
    assert read.sample is None
    assert [(p.code, p.left_out) for p in read.problems if p.left_out] == [(code, True)]


def test_boxes_of_a_file_without_a_reading_are_left_out() -> None:
    assert codes(TRAIN, None) == ["box_not_in_convention"]


@pytest.mark.parametrize(
    ("path", "scheme", "number", "seconds"),
    [
        ("vatex/vatex_image/RgtipEqA7ZA_000046_000056/0.jpg", "sample_index", 0, None),
        ("CUVA/2_image/00299/4560.jpg", "frame_number", 4560, None),
        (
            "Storystream/Rabbids/rabbids/000027/000027_keyframe_1-38-11-958.jpg",
            "timecode",
            None,
            5891.958,
        ),
        ("keyframe_0-0-5-40.png", "timecode", None, 5.04),
        ("elsewhere/12.jpg", "number", 12, None),
        ("elsewhere/frame_a.jpg", "unknown", None, None),
    ],
)
def test_frame_names(path: str, scheme: str, number: int | None, seconds: float | None) -> None:
    found = frame_of(path, None)
    assert (found.scheme, found.number) == (scheme, number)
    assert found.seconds == pytest.approx(seconds) if seconds is not None else not found.seconds


def test_the_spelling_of_those_who_encoded_it_anew() -> None:
    tagged = take_apart(
        "A <obj>knife</obj><box>[100,200,300,400]</box>at<t>12.0</t>s and a "
        "<obj>pot</obj><box>[1,2,3,4]</box><box>[5,6,7,8]</box>at<t>14.0</t>s."
    )
    assert tagged.text == "A <obj>knife</obj> and a <obj>pot</obj>."
    assert [len(mention.boxes) for mention in tagged.mentions] == [1, 2]
    assert tagged.stray == 0


def test_several_boxes_in_one_list() -> None:
    text = "<obj_start>cups<obj_end> <box_start>[[1,2,3,4],[5,6,7,8]]<box_end>"
    (mention,) = take_apart(text).mentions
    assert mention.boxes == ((1, 2, 3, 4), (5, 6, 7, 8))
