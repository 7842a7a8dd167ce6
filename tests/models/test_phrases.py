import pytest

from pipeline.models.phrases import names_something, photo_of


@pytest.mark.parametrize(
    ("phrase", "caption"),
    [
        ("red car", "a photo of a red car"),
        ("the red car", "a photo of the red car"),
        ("A dog", "a photo of A dog"),
        ("umbrella", "a photo of an umbrella"),
        ("orange traffic cone", "a photo of an orange traffic cone"),
        ("unicycle", "a photo of a unicycle"),
        ("used tyre", "a photo of a used tyre"),
        ("uninhabited house", "a photo of an uninhabited house"),
        ("hourglass", "a photo of an hourglass"),
        ("house", "a photo of a house"),
        ("person", "a photo of a person"),
        ("persons", "a photo of persons"),
        ("people", "a photo of people"),
        ("two dogs", "a photo of two dogs"),
        ("3 dogs", "a photo of 3 dogs"),
        ("dogs in a park", "a photo of dogs in a park"),
        ("dog among flowers", "a photo of a dog among flowers"),
        ("man with glasses", "a photo of a man with glasses"),
        ("his hand", "a photo of his hand"),
        ("bus", "a photo of a bus"),
        ("glass", "a photo of a glass"),
        ("tennis racket", "a photo of a tennis racket"),
        ("scissors", "a photo of scissors"),
        ("  spoon  \n of sugar ", "a photo of a spoon of sugar"),
        ("汽车", "a photo of a 汽车"),
        ("", "a photo of "),
    ],
)
def test_a_caption_reads_as_one(phrase: str, caption: str) -> None:
    assert photo_of(phrase) == caption


def test_what_names_something_has_a_letter_or_a_digit() -> None:
    assert all(map(names_something, ["a", "7", "汽车", "«é»"]))
    assert not any(map(names_something, ["", "?", " ... ", "—", "🚗"]))
