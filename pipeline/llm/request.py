"""A chat request as it is rendered, and the key under which its answer is kept.

The key covers what the model sees and is asked for, and nothing else: no URL, no code, no
concurrency. So a restarted server, another route or a parser's fix costs no call, and a changed
word in a caption does.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Final, Literal

KEY_VERSION: Final = 1
"""Raised when the form of the key's content changes; all answers are then asked for again."""

Detail = Literal["auto", "low", "high"]


@dataclass(frozen=True)
class Sampling:
    """Every sampling value, always sent: servers have defaults of their own, and change them."""

    temperature: float
    top_p: float
    max_tokens: int
    seed: int


@dataclass(frozen=True)
class Picture:
    """A JPEG that the model is shown, with the words that stand before it."""

    caption: str
    jpeg: bytes
    detail: Detail = "auto"

    @cached_property
    def sha256(self) -> str:
        return sha256(self.jpeg).hexdigest()

    def data_url(self) -> str:
        return "data:image/jpeg;base64," + base64.b64encode(self.jpeg).decode("ascii")


@dataclass(frozen=True)
class Correction:
    """A reply that was not valid, and the validator's message about it."""

    reply: str
    message: str


@dataclass(frozen=True)
class ChatRequest:
    """One question to a model."""

    label: str
    """What stands for the model in the key: its name and revision, as the user labels it."""
    system: str
    user: str
    pictures: tuple[Picture, ...]
    sampling: Sampling
    schema_name: str
    schema: Mapping[str, Any] | None
    """JSON schema of the reply, in the form that endpoints take; None: the reply is plain text."""
    replicate: int = 0
    """Set apart requests that are the same and shall be answered anew."""
    correction: Correction | None = None
    logprobs: bool = False
    """The log-probability of each token of the reply is asked for."""

    @cached_property
    def key(self) -> str:
        """32 hex digits of the SHA-256 of the canonical request, pictures by their content."""
        content: dict[str, Any] = {
            "version": KEY_VERSION,
            "label": self.label,
            "messages": self.shown(),
            "sampling": {
                "temperature": float(self.sampling.temperature),
                "top_p": float(self.sampling.top_p),
                "max_tokens": self.sampling.max_tokens,
                "seed": self.sampling.seed,
            },
            "schema": self.schema,
            "replicate": self.replicate,
        }
        if self.logprobs:
            # Left out where nobody asks: the keys from before it existed stay as they were.
            content["logprobs"] = True
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return sha256(text.encode()).hexdigest()[:32]

    def shown(self) -> list[dict[str, Any]]:
        """The messages with each picture's hash in its place: for keys, stores and people."""
        return self._messages(lambda picture: f"sha256:{picture.sha256}")

    def sent(self) -> list[dict[str, Any]]:
        """The messages as the endpoint takes them, pictures as data URLs."""
        return self._messages(Picture.data_url)

    def _messages(self, url: Any) -> list[dict[str, Any]]:
        content: str | list[dict[str, Any]] = self.user
        if self.pictures:
            content = [{"type": "text", "text": self.user}]
            for picture in self.pictures:
                image = {"url": url(picture), "detail": picture.detail}
                content.append({"type": "text", "text": picture.caption})
                content.append({"type": "image_url", "image_url": image})
        messages: list[dict[str, Any]] = []
        if self.system:
            messages.append({"role": "system", "content": self.system})
        messages.append({"role": "user", "content": content})
        if self.correction is not None:
            messages.append({"role": "assistant", "content": self.correction.reply})
            messages.append({"role": "user", "content": self.correction.message})
        return messages

    def body(
        self, model: str, *, structured: bool, length_field: str = "max_tokens"
    ) -> dict[str, Any]:
        """The JSON body of the call.

        Args:
            length_field: what the endpoint calls the longest reply; newer OpenAI models want
                `max_completion_tokens` and refuse the old name.
            structured: the endpoint takes `response_format: json_schema`; otherwise the schema
                is put into words. Of plain text there is none, and nothing is said of it.
        """
        messages = self.sent()
        body: dict[str, Any] = {
            "model": model,
            "messages": messages,
            "temperature": self.sampling.temperature,
            "top_p": self.sampling.top_p,
            length_field: self.sampling.max_tokens,
            "seed": self.sampling.seed,
            "n": 1,
            "stream": False,
        }
        if self.logprobs:
            body["logprobs"] = True
        if self.schema is None:
            return body
        if structured:
            schema = {"name": self.schema_name, "schema": self.schema, "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        else:
            asked = (
                "Answer with one JSON object and nothing else. It must be valid under this JSON "
                f"schema:\n{json.dumps(self.schema, separators=(',', ':'))}"
            )
            messages.insert(1 if self.system else 0, {"role": "system", "content": asked})
        return body

    def text_bytes(self) -> int:
        """UTF-8 bytes of all text: no tokenizer in use makes more tokens of it than that."""
        texts = [self.system, self.user, *(picture.caption for picture in self.pictures)]
        if self.correction is not None:
            texts += [self.correction.reply, self.correction.message]
        # A reply may hold half of a character.
        size = sum(len(text.encode(errors="surrogatepass")) for text in texts)
        return size + (len(json.dumps(self.schema)) if self.schema is not None else 0)
