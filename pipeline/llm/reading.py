"""Reading a response as the endpoint gave it, before anybody looks at its text.

`finish_reason` comes first: a reply that was cut off is `Truncated`, not bad JSON.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.llm.price import Tokens


def is_chat(data: Any) -> bool:
    """Whether JSON that came with status 200 has the form of a chat completion."""
    choices = data.get("choices") if isinstance(data, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return False
    return isinstance(choices[0].get("message"), dict | None)


def whole(text: str) -> str:
    """The text without halves of characters, which JSON can hold and no file can."""
    return text.encode(errors="replace").decode()


def why_incomplete(body: Mapping[str, Any], *, plain: bool = False) -> tuple[str, str] | None:
    """The error class and sentence of a response that is no complete answer; None where it is.

    Args:
        plain: text was asked for: one that was cut off is an answer, and says so by its
            `finish_reason`.
    """
    choice = body["choices"][0]
    message = choice.get("message") or {}
    reason = choice.get("finish_reason")
    if message.get("refusal"):
        return "Refused", whole(f"the model refused: {message['refusal']}")
    if reason == "length" and not (plain and message.get("content")):
        return "Truncated", "the reply was cut off at max_tokens: raise it in the recipe"
    if reason == "content_filter":
        return "ContentFiltered", "the endpoint's content filter withheld the reply"
    if not isinstance(message.get("content"), str) or not message["content"].strip():
        return "EmptyReply", f"the reply is empty (finish_reason {reason})"
    return None


def text_of(response: Mapping[str, Any]) -> str:
    """The text of the first choice: one is asked for, whatever a server sends."""
    return str(response["choices"][0]["message"]["content"])


def tokens_of(body: Mapping[str, Any] | None) -> Tokens | None:
    """The tokens that a response reports; None where it reports none."""
    usage = (body or {}).get("usage")
    if not isinstance(usage, Mapping) or not isinstance(usage.get("prompt_tokens"), int):
        return None
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else 0
    return Tokens(
        _count(usage["prompt_tokens"]), _count(cached), _count(usage.get("completion_tokens"))
    )


def _count(value: Any) -> int:
    return max(0, value) if isinstance(value, int) else 0
