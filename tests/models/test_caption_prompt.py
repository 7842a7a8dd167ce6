from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.models.caption_prompt import caption_prompt, frames_json, read_captions
from pipeline.recipe import (
    DetectorCaptionerSettings,
    EndpointCaptionerSettings,
    TransformersCaptionerSettings,
)

WORDS = st.text(st.characters(categories=["L", "Zs"]), min_size=1).map(
    lambda text: " ".join(text.split())
)
CAPTIONS = st.lists(WORDS.filter(bool), min_size=2, max_size=9)


def test_each_kind_of_captioner_has_its_prompt() -> None:
    endpoint = EndpointCaptionerSettings(kind="server", model="m")
    assert caption_prompt(DetectorCaptionerSettings()).id == "captions/detector"
    assert caption_prompt(endpoint).id == "captions/endpoint"
    own = TransformersCaptionerSettings(kind="transformers", model="m", prompt="captions/endpoint")
    assert caption_prompt(own).id == "captions/endpoint"
    assert caption_prompt(own.model_copy(update={"prompt": None})).id == "captions/transformers"


def test_seconds_count_from_the_first_frame() -> None:
    assert frames_json([61.2, 62.2, 62.7]) == [
        {"number": 1, "seconds": 0.0},
        {"number": 2, "seconds": 1.0},
        {"number": 3, "seconds": 1.5},
    ]


def test_one_frame_gets_all_of_the_text() -> None:
    assert read_captions("  A street.\n1: A car,\tred. ", 1) == ("A street. 1: A car, red.",)
    assert read_captions(" \n ", 1) == "the captioner wrote nothing"


@given(CAPTIONS, st.sampled_from([": ", ". ", ") ", ":"]), st.sampled_from(["", "- ", "**", "  "]))
def test_numbered_lines_are_found_however_they_are_marked(
    captions: list[str], mark: str, before: str
) -> None:
    text = "\n".join(f"{before}{n}{mark}{caption}" for n, caption in enumerate(captions, 1))
    assert read_captions(text, len(captions)) == tuple(captions)


@given(CAPTIONS, st.randoms(use_true_random=False))
def test_their_order_does_not_matter_and_a_line_without_number_goes_on(
    captions: list[str], random: object
) -> None:
    lines = [f"{n}: {caption}\n and more" for n, caption in enumerate(captions, 1)]
    assert hasattr(random, "shuffle")
    random.shuffle(lines)
    assert read_captions("Here they are:\n" + "\n".join(lines), len(captions)) == tuple(
        f"{caption} and more" for caption in captions
    )


@settings(max_examples=50)
@given(st.text(max_size=100), st.integers(1, 5))
def test_any_text_gives_one_caption_a_frame_or_says_what_is_wrong(text: str, count: int) -> None:
    found = read_captions(text, count)
    if isinstance(found, str):
        assert found.startswith("the captioner ")
    else:
        assert len(found) == count
        assert all(found)


def test_what_is_wrong_is_said() -> None:
    assert read_captions("1: a\n3: c", 3) == "the captioner wrote no line for frame 2 of 3"
    assert read_captions("1: a\n2:\n3: c", 3) == "the captioner wrote no line for frame 2 of 3"
    assert read_captions("A car.", 2) == "the captioner wrote no line for frame 1, 2 of 2"
    assert read_captions("1: a\n1: b\n2: c", 2) == "the captioner numbered two lines 1"
    assert read_captions("1: a\n2: b\n3: c", 2) == "the captioner numbered 3 lines for 2 frames"
