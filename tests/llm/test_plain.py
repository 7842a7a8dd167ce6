"""Plain text: what a model says by itself, with its tokens, cut off or not."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.llm import session as sessions
from pipeline.llm.asking import Answered, Asking, Unanswered
from pipeline.llm.batch.files import Line
from pipeline.llm.plain import PlainText, Token, plain_text
from pipeline.llm.request import ChatRequest
from tests.fakes.openai_server import Behaviour, Content, FakeOpenAI, Refusal, Truncated
from tests.llm.asking import asking, endpoint, lost, request


def plain(text: str, **changes: Any) -> ChatRequest:
    return request(text, schema=None, **changes)


def ask(client: Asking, *requests: ChatRequest) -> list[Answered | Unanswered]:
    return [sessions.run(client.ask(r, PlainText, {}, "rollouts", r.user)) for r in requests]


def said(row: Answered | Unanswered) -> PlainText:
    assert isinstance(row, Answered), row
    assert isinstance(row.data, PlainText)
    return row.data


def test_no_form_is_asked_and_the_words_come_as_they_are(tmp_path: Path) -> None:
    with (
        FakeOpenAI(lambda call: " {not JSON\n") as server,
        asking(tmp_path, endpoint(server.base_url)) as client,
    ):
        (row,) = ask(client, plain("speak"))
    assert said(row).text == " {not JSON\n"
    assert said(row).tokens is None
    assert "response_format" not in server.calls[0].body
    assert "logprobs" not in server.calls[0].body
    assert [m["role"] for m in server.calls[0].body["messages"]] == ["system", "user"]


def test_tokens_come_with_their_log_probabilities(tmp_path: Path) -> None:
    with (
        FakeOpenAI(lambda call: "one two") as server,
        asking(tmp_path, endpoint(server.base_url)) as client,
    ):
        (row,) = ask(client, plain("count", logprobs=True))
    assert server.calls[0].body["logprobs"] is True
    found = (Token(text="one", logprob=0.0), Token(text=" two", logprob=-0.125))
    assert said(row).tokens == found


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        {"content": None},
        {"content": []},
        {"content": [{"token": "a"}]},
        {"content": [{"token": "a", "logprob": None}]},
        {"content": [{"token": "a", "logprob": float("-inf")}]},
        ["a"],
    ],
)
def test_log_probabilities_that_are_not_whole_are_none(logprobs: Any) -> None:
    choice = {"message": {"content": "a"}, "finish_reason": "stop", "logprobs": logprobs}
    assert plain_text({"choices": [choice]}) == PlainText(text="a", finish_reason="stop")


def test_a_text_that_was_cut_off_is_an_answer_that_says_so(tmp_path: Path) -> None:
    script: dict[str, Behaviour] = {
        "long": Truncated("and so on and"),
        "empty": Truncated(""),
        "no": Refusal("I won't"),
    }
    with (
        FakeOpenAI(script=lambda call: script[call.text]) as server,
        asking(tmp_path, endpoint(server.base_url)) as client,
    ):
        long, empty, refused = ask(client, plain("long"), plain("empty"), plain("no"))
        (again,) = ask(client, plain("long"))
    assert said(long).cut_off
    assert said(long).text == "and so on and"
    assert said(again) == said(long)
    assert lost(empty).error_class == "Truncated"
    assert lost(refused).error_class == "Refused"
    assert len(server.calls) == 3


def test_samples_of_one_question_are_kept_apart(tmp_path: Path) -> None:
    with (
        FakeOpenAI(script=lambda call: Content(f"text {call.number}")) as server,
        asking(tmp_path, endpoint(server.base_url)) as client,
    ):
        rows = ask(client, *(plain("q", replicate=i) for i in (0, 1, 0)))
    assert [said(row).text for row in rows] == ["text 0", "text 1", "text 0"]


def test_keys_know_plain_text_and_log_probabilities() -> None:
    keys = {request("q").key, plain("q").key, plain("q", logprobs=True).key}
    assert len(keys) == 3
    assert plain("q").text_bytes() < request("q").text_bytes()


def test_a_batch_from_before_plain_text_is_read() -> None:
    line: dict[str, Any] = {"key": "k", "stage": "s", "unit": "u", "label": "l"}
    assert not Line(**line, tokens=1, usd=0.0, request=[]).plain
