"""The words of exports: evidence with boxes, questions, answers."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish.exports import wording
from pipeline.publish.exports.box_forms import PER_THOUSAND, UNIT
from pipeline.publish.exports.boxes import BoxWriter
from pipeline.publish.exports.evidence import rendered, tagged
from tests.publish.exports.rows import ROW, TEST_ROW
from tests.stages.routing import path


def test_a_box_stands_where_its_item_is_first_named() -> None:
    boxes = BoxWriter("certain", UNIT).by_item(ROW)
    assert rendered(ROW.evidence, boxes, tagged) == (
        "A <obj>dog_1</obj><box>[0.125, 0.25, 0.5, 0.75]</box>at<t>12.0</t>s barks. "
        "A car_1 nears the dog_1 and a tree_1."
    )


def test_an_item_that_may_be_one_of_several_has_them_all() -> None:
    boxes = BoxWriter("verified", PER_THOUSAND).by_item(ROW)
    assert (
        "A <obj>car_1</obj><box>[100, 200, 300, 400]</box><box>[500, 200, 700, 400]</box>"
        "at<t>14.5</t>s nears"
    ) in rendered(ROW.evidence, boxes, tagged)


def test_an_open_question() -> None:
    assert wording.prompt(ROW, [12.0, 14.5]) == (
        "The pictures are from 12.0 s and 14.5 s of the video, in order.\n"
        "Why does the dog bark?\n"
        "Reason between <think> and </think> about what the pictures show, then answer between "
        "<answer> and </answer>."
    )
    assert wording.reply(ROW, "So it is.") == (
        "<think>So it is.</think>\n<answer>A car comes.</answer>"
    )


def test_a_question_with_options_is_answered_by_the_letter() -> None:
    told = wording.prompt(TEST_ROW, [12.0])
    assert told.startswith("The picture is from 12.0 s of the video.\n")
    assert "\nA. Rain starts.\nB. It is hungry.\nC. A car comes.\nD. It sleeps.\n" in told
    assert told.endswith("with the letter of the right option.")
    assert wording.answered(TEST_ROW) == "<answer>C</answer>"


def test_the_thoughts_about_a_route_end_with_what_is_answered() -> None:
    walked = replace(TEST_ROW, route=path(["straight", "left"]))
    evidence = "It turns. So the answer is: A car comes."
    assert wording.reply(walked, evidence) == (
        "<think>It turns. So the answer is: A car comes. That is option C.</think>\n"
        "<answer>C</answer>"
    )
    described = replace(walked, options=(), letter=None)
    assert wording.reply(described, evidence).startswith(f"<think>{evidence}</think>")


def test_what_consumers_take_for_tags_loses_its_brackets() -> None:
    row = replace(ROW, question="What does <image> mean, and </think>?")
    assert "What does image mean, and /think?" in wording.prompt(row, [1.0])


@given(
    st.lists(
        st.sampled_from(["<image>", "<bbox>", "<im", "<image", "age>", ">", "</think>", "a "]),
        max_size=8,
    )
)
def test_no_tag_can_be_put_together_again(parts: list[str]) -> None:
    cleaned = wording.plain("".join(parts))
    assert not any(tag in cleaned for tag in ("<image>", "<bbox>", "</think>"))
    assert wording.plain(cleaned) == cleaned
