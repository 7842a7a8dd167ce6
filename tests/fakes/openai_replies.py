"""The JSON of an OpenAI endpoint's answers and errors."""

import re
from typing import Any

from tests.fakes.openai_behaviours import (
    Answer,
    Behaviour,
    Call,
    Content,
    ContentFilter,
    Duplicated,
    Json,
    NoUsage,
    OtherModel,
    Refusal,
    Status,
    Truncated,
)

CREATED = 1_700_000_000  # a constant, so that answers can be compared whole
CHARACTERS_A_TOKEN = 4


class RejectedError(Exception):
    """Ends a request with an error; one place turns it into a response and counts it."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status


def completion(call: Call, behaviour: Behaviour | None, answer: Answer) -> Json:
    """The ChatCompletion for a call; `answer` is asked only where its text is used."""
    content: str | None = None
    refusal: str | None = None
    reason = "stop"
    match behaviour:
        case Truncated():
            content, reason = behaviour.text, "length"
        case Refusal():
            refusal = behaviour.text
        case ContentFilter():
            content, reason = "", "content_filter"
        case Content():
            content = behaviour.text
        case _:
            content = answer(call)
    message = {"role": "assistant", "content": content, "refusal": refusal}
    told = _logprobs(content or "") if call.body.get("logprobs") else None
    choices = [
        {"index": index, "message": message, "logprobs": told, "finish_reason": reason}
        for index in range(behaviour.copies if isinstance(behaviour, Duplicated) else 1)
    ]
    body: Json = {
        "id": f"chatcmpl-{call.number}",
        "object": "chat.completion",
        "created": CREATED,
        "model": behaviour.name if isinstance(behaviour, OtherModel) else call.body.get("model"),
        "choices": choices,
        "system_fingerprint": "fp_fake",
    }
    if not isinstance(behaviour, NoUsage):
        body["usage"] = _usage(call.body, len(content or refusal or "") * len(choices))
    return body


def _logprobs(content: str) -> Json:
    """A token a word, its blank before it; each less likely than the one before."""
    words = re.findall(r"\s*\S+|\s+$", content)
    tokens = [
        {"token": word, "logprob": -i / 8, "top_logprobs": []} for i, word in enumerate(words)
    ]
    return {"content": tokens, "refusal": None}


def error(status: Status) -> Json:
    """The error object that goes with a status."""
    return {
        "error": {
            "message": status.message or f"The fake endpoint answers {status.code}.",
            "type": _error_type(status.code),
            "param": None,
            "code": status.error_code,
        }
    }


def _error_type(code: int) -> str:
    if code == 429:
        return "rate_limit_error"
    return "server_error" if code >= 500 else "invalid_request_error"


def _usage(body: Json, written: int) -> Json:
    """Counts by length: not a tokenizer's, but the same for the same request."""
    read = sum(_length(message.get("content")) for message in body.get("messages", []))
    prompt, answered = read // CHARACTERS_A_TOKEN, written // CHARACTERS_A_TOKEN
    return {
        "prompt_tokens": prompt,
        "completion_tokens": answered,
        "total_tokens": prompt + answered,
    }


def _length(content: Any) -> int:
    """The characters of a message; a picture counts for none."""
    if isinstance(content, str):
        return len(content)
    return sum(len(part.get("text", "")) for part in content or [])
