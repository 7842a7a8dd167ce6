"""One HTTP attempt: what went out, what came back, and what kind of ending it was.

The SDK's client on its aiohttp transport brings address, authentication, headers and connections.
Its typed `create` copies and rebuilds every request, which takes two thirds of the client's time
(`benchmarks/README.md`); here the request is built once and sent through the same connections.
Retries are ours (`pipeline.llm.calls`).
"""

import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

from pipeline.errors import EndpointError, MissingDependencyError, UsageError
from pipeline.llm.limits import Ending
from pipeline.llm.reading import is_chat, whole
from pipeline.llm.secret import Secret
from pipeline.recipe import EndpointRuntime

NO_KEY: Final = "none"
"""What is sent where the recipe names no key: local servers want something there."""

_SHOWN: Final = 400
"""Characters of an endpoint's own words that a message quotes."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one call gave."""

    ending: Ending
    seconds: float
    body: Mapping[str, Any] | None = None
    """The response's JSON, where the status was 200 and it was JSON."""
    error_class: str = ""
    message: str = ""
    status: int | None = None
    retry_after: float | None = None
    final: bool = False
    """Asking again would give the same; for this request, or for all where `refused`."""
    refused: bool = False
    """The endpoint takes no call from us: the key, the model or the credit is not there."""


class Transport:
    """The connection pool to one endpoint; belongs to one event loop."""

    def __init__(self, runtime: EndpointRuntime, secret: Secret, *, direct: bool = False) -> None:
        """Make the pool; connects to nobody yet.

        Args:
            direct: through no proxy, whatever the environment says.
        """
        try:
            import httpx2
            import openai
        except ImportError as error:
            raise MissingDependencyError(
                "a writer of kind endpoint needs the package openai with aiohttp: "
                "pip install 'demitasse[endpoint]'"
            ) from error
        self.secret = secret
        self._timeout = httpx2.Timeout(runtime.timeout_seconds).as_dict()
        self._http2 = httpx2
        limits = httpx2.Limits(
            max_connections=runtime.in_flight, max_keepalive_connections=runtime.in_flight
        )
        self._http = openai.DefaultAioHttpClient(
            limits=limits, timeout=runtime.timeout_seconds, trust_env=not direct
        )
        self.sdk = openai.AsyncOpenAI(
            base_url=runtime.base_url,
            api_key=secret.value or NO_KEY,
            organization=None,
            project=None,
            max_retries=0,
            timeout=runtime.timeout_seconds,
            http_client=self._http,
        )
        self._url = httpx2.URL(f"{runtime.base_url}/chat/completions")
        # The SDK's headers about its own version and platform would be half of the call's bytes.
        known = {**self.sdk.default_headers, **self.sdk.auth_headers}
        headers = [(k, v) for k, v in known.items() if isinstance(v, str)]
        self._headers = [(k, v) for k, v in headers if not k.lower().startswith("x-stainless")]

    async def call(self, body: Mapping[str, Any]) -> Attempt:
        """Post a chat completion; every error of the network or the endpoint is a value."""
        start = time.perf_counter()
        http = self._http2
        request = http.Request(
            "POST",
            self._url,
            headers=self._headers,
            content=json.dumps(body, separators=(",", ":")).encode(),
            extensions={"timeout": self._timeout},
        )
        try:
            response = await self._http.send(request)
        except http.RequestError as error:
            # The aiohttp transport calls a server that hangs up a timeout too; the cause knows.
            timed = isinstance(error.__cause__, TimeoutError | None)
            if timed and isinstance(error, http.TimeoutException):
                return self._broken(start, "TimeLimit", "no answer within the call's time limit")
            return self._broken(start, "ConnectionLost", f"{type(error).__name__}: {error}")
        if response.status_code != 200:
            return self._status(start, response)
        try:
            data = json.loads(response.content)
        except (ValueError, RecursionError):
            return self._broken(start, "ServerError", "status 200 with a body that is not JSON")
        seconds = time.perf_counter() - start
        if not is_chat(data):
            said = json.dumps(data)
            return self._broken(start, "ServerError", f"status 200 without an answer: {said}")
        return Attempt(Ending.ANSWERED, seconds, body=data, status=200)

    @contextmanager
    def told(self, what: str) -> Iterator[None]:
        """Turn the SDK's errors into one sentence without secrets.

        Raises:
            EndpointError: the endpoint does not do `what`.
        """
        import openai

        try:
            yield
        except openai.OpenAIError as error:
            said = self._quote(str(error))
            raise EndpointError(
                f"the endpoint {self.sdk.base_url} does not {what}: {said}"
            ) from None

    async def close(self) -> None:
        await self.sdk.close()

    def _broken(self, start: float, error_class: str, message: str) -> Attempt:
        seconds = time.perf_counter() - start
        return Attempt(Ending.BROKEN, seconds, None, error_class, self._quote(message))

    def _status(self, start: float, response: Any) -> Attempt:
        code = int(response.status_code)
        text = response.text
        said = self._quote(_words(text) or response.reason_phrase)
        message = f"status {code}: {said}"
        seconds = time.perf_counter() - start
        wait = retry_after(response.headers)
        if code == 429 and "insufficient_quota" in text:
            why = f"has no credit left ({said})"
            return Attempt(
                Ending.ANSWERED, seconds, None, "NoCredit", why, code, final=True, refused=True
            )
        if code == 429:
            return Attempt(Ending.RATE_LIMITED, seconds, None, "RateLimited", message, code, wait)
        if code in (408, 409) or code >= 500:
            return Attempt(Ending.BROKEN, seconds, None, "ServerError", message, code, wait)
        if code in (401, 403, 404, 405):
            what = "the key" if code in (401, 403) else "the model or path"
            return Attempt(
                Ending.ANSWERED,
                seconds,
                None,
                "EndpointRefused",
                f"does not take {what} ({message})",
                code,
                final=True,
                refused=True,
            )
        kind = "ContextTooLong" if _too_long(said) else "BadRequest"
        return Attempt(Ending.ANSWERED, seconds, None, kind, message, code, final=True)

    def _quote(self, text: str) -> str:
        text = " ".join(whole(self.secret.redact(text)).split())
        return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def read_secret(runtime: EndpointRuntime) -> Secret:
    """The key from the variable that the recipe names.

    Raises:
        UsageError: the variable is not set where the calls are made, or holds no key.
    """
    if runtime.api_key_env is None:
        return Secret("")
    value = os.environ.get(runtime.api_key_env, "").strip()
    if not (value.isascii() and value.isprintable()):
        raise UsageError(
            f"the environment variable {runtime.api_key_env} (api_key_env in the recipe) holds a "
            "character that no key can have: export it again as the provider shows it"
        )
    if not value:
        raise UsageError(
            f"the environment variable {runtime.api_key_env} (api_key_env in the recipe) is not "
            "set where the calls are made: export it and run again"
        )
    return Secret(value)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that the endpoint asks to wait, in any of the forms it may say so."""
    text = headers.get("retry-after-ms")
    if text is not None and _number(text) is not None:
        return max(0.0, (_number(text) or 0.0) / 1000)
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _number(text)
    if seconds is not None:
        return max(0.0, seconds)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _words(text: str) -> str:
    """The message of an error in the API's form, or the body as it is."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return text
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict) and error.get("message"):
        return str(error["message"])
    return text


def _too_long(said: str) -> bool:
    words = said.lower()
    return "context" in words and any(w in words for w in ("length", "exceed", "too long", "size"))
