"""The key of a request covers what is asked, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.llm.request import ChatRequest, Correction, Picture, Sampling
from tests.llm.asking import request

JPEG = b"\xff\xd8\xff a picture"
BASE = request("a", Picture("F1:", JPEG))
SAMPLING = BASE.sampling

CHANGES: dict[str, dict[str, Any]] = {
    "label": {"label": "other"},
    "system": {"system": "Say another word."},
    "no system": {"system": ""},
    "user": {"user": "b"},
    "caption": {"pictures": (Picture("F2:", JPEG),)},
    "picture": {"pictures": (Picture("F1:", JPEG + b"."),)},
    "detail": {"pictures": (Picture("F1:", JPEG, "high"),)},
    "no picture": {"pictures": ()},
    "two pictures": {"pictures": (Picture("F1:", JPEG), Picture("F1:", JPEG))},
    "temperature": {"sampling": replace(SAMPLING, temperature=0.1)},
    "top_p": {"sampling": replace(SAMPLING, top_p=0.9)},
    "max_tokens": {"sampling": replace(SAMPLING, max_tokens=101)},
    "seed": {"sampling": replace(SAMPLING, seed=1)},
    "schema": {"schema": {"type": "object"}},
    "replicate": {"replicate": 1},
    "correction": {"correction": Correction("b", "no")},
}

texts = st.text(st.characters(), max_size=20)


@pytest.mark.parametrize("change", CHANGES)
def test_every_part_of_what_is_asked_changes_the_key(change: str) -> None:
    assert replace(BASE, **CHANGES[change]).key != BASE.key


def test_no_two_changes_have_the_same_key() -> None:
    keys = {replace(BASE, **change).key for change in CHANGES.values()}
    assert len(keys) == len(CHANGES)


def test_the_same_content_has_the_same_key() -> None:
    assert BASE.schema is not None
    schema = dict(reversed(list(BASE.schema.items())))
    same = ChatRequest(**{**vars(request("a")), "pictures": BASE.pictures, "schema": schema})
    assert same is not BASE
    assert same.key == BASE.key
    assert len(bytes.fromhex(same.key)) == 16


def test_a_whole_number_is_the_number() -> None:
    assert request("a", sampling=Sampling(0, 1, 100, 0)).key == request("a").key


@given(texts, texts)
def test_other_words_have_another_key(one: str, other: str) -> None:
    assert (request(one).key == request(other).key) == (one == other)


@given(st.tuples(texts, texts, texts), st.tuples(texts, texts, texts))
def test_words_do_not_run_into_each_other(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    first, second = (
        request(user, Picture(caption, b""), system=system).key
        for system, user, caption in (one, other)
    )
    assert (first == second) == (one == other)


@given(st.binary(min_size=8), st.binary(min_size=8))
def test_other_pictures_have_another_key(one: bytes, other: bytes) -> None:
    first, second = request("a", Picture("", one)).key, request("a", Picture("", other)).key
    assert (first == second) == (one == other)


@given(st.binary(min_size=32))
def test_what_is_shown_holds_hashes_for_pictures(jpeg: bytes) -> None:
    picture = Picture("F1:", jpeg)
    shown, sent = str(request("a", picture).shown()), str(request("a", picture).sent())
    assert picture.sha256 in shown
    assert "base64" not in shown
    assert picture.data_url() in sent
    assert picture.data_url().partition(",")[2] not in shown


@pytest.mark.parametrize("structured", [True, False])
def test_every_sampling_value_is_sent(structured: bool) -> None:
    sampling = Sampling(0.3, 0.7, 123, 42)
    body = request("a", sampling=sampling).body("served", structured=structured)
    assert {name: body[name] for name in vars(sampling)} == vars(sampling)
    assert (body["model"], body["n"], body["stream"]) == ("served", 1, False)
    assert ("response_format" in body) == structured


@pytest.mark.parametrize("system", ["Say a word.", ""])
def test_the_schema_in_words_stands_before_the_question(system: str) -> None:
    roles = [m["role"] for m in request("a", system=system).body("m", structured=False)["messages"]]
    assert roles == ["system"] * (2 if system else 1) + ["user"]


@given(texts, texts, texts)
def test_the_bytes_of_a_request_count_all_its_text(user: str, reply: str, told: str) -> None:
    long = request(user, correction=Correction(reply, told))
    expected = sum(len(t.encode(errors="surrogatepass")) for t in (user, reply, told))
    assert long.text_bytes() == request("").text_bytes() + expected
