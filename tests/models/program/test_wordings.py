import pytest

from pipeline.errors import PromptError
from pipeline.models.program.wordings import Wordings, listed
from pipeline.prompts import Prompt


def prompt(body: str) -> Prompt:
    return Prompt(
        id="own", version=1, text=body, sha256="0", inputs=(), output_schema=None, body=body
    )


def test_a_sentence_is_the_same_for_a_seed_and_varies_between_seeds() -> None:
    wordings = Wordings(prompt("greeting: {texts: ['Hi {{ name }}!', 'Hello {{ name }}!']}"))
    said = [wordings.say("greeting", "texts", str(seed), name="Ada") for seed in range(20)]
    assert said == [wordings.say("greeting", "texts", str(s), name="Ada") for s in range(20)]
    assert set(said) == {"Hi Ada!", "Hello Ada!"}


@pytest.mark.parametrize(
    "body",
    ["", "greeting", "greeting: [", "greeting: [Hi]", "greeting: {texts: Hi}", "hi: {texts: []}"],
)
def test_a_body_without_sentences_is_refused_in_one_sentence(body: str) -> None:
    with pytest.raises(PromptError, match="own: its body is no table of sentences") as told:
        Wordings(prompt(body))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("body", ["other: {texts: [Hi]}", "greeting: {texts: ['{{ nobody }}']}"])
def test_a_sentence_that_cannot_be_said_is_named(body: str) -> None:
    with pytest.raises(PromptError, match=r"own: `greeting\.texts` cannot be said"):
        Wordings(prompt(body)).say("greeting", "texts", "seed")


@pytest.mark.parametrize(
    ("words", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_lists_in_words(words: list[str], text: str) -> None:
    assert listed(words) == text
