"""What goes wrong with a hub, said in one sentence of ours.

Addresses are never repeated: those of uploads are signed, and who has one may write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pipeline.errors import HubError, UsageError
from pipeline.models.checkpoint import extra

LOGIN: Final = (
    "log in with `hf auth login`, or put a token that may write into the environment as HF_TOKEN"
)
_LOCAL: Final = (ConnectionError, TimeoutError, PermissionError, RuntimeError, ValueError)
"""What it and hf_xet raise besides, by their documentation: the line is down, a token has run out,
a thread of an upload ended, an answer was malformed."""
_STAYS: Final = "the same command goes on where it stopped"


@contextmanager
def hub_errors(repo: str) -> Iterator[None]:
    """Turn what huggingface_hub raises in the block into one sentence with what to do.

    Raises:
        UsageError: `repo` cannot be a dataset's name.
        HubError: the hub refuses, changed meanwhile, or cannot be reached.
        MissingDependencyError: huggingface_hub is not installed.
    """
    with extra("--push", "hub"):
        from httpx2 import HTTPError
        from huggingface_hub.errors import HFValidationError
    try:
        yield
    except HFValidationError as error:
        raise UsageError(f"--push {repo!r}: {_first_line(error)}") from error
    except (HTTPError, *_LOCAL) as error:
        raise HubError(_sentence(repo, _cause(error))) from error


def _cause(error: Exception) -> BaseException:
    """What an upload failed of: the library tells only that it did, and chains the reason."""
    cause: BaseException = error
    while type(cause) is RuntimeError and cause.__cause__ is not None:
        cause = cause.__cause__
    return cause


def _sentence(repo: str, error: BaseException) -> str:
    from httpx2 import TransportError
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    if isinstance(error, OfflineModeIsEnabled):
        return f"{repo} was not pushed: HF_HUB_OFFLINE is set in the environment"
    if isinstance(error, TransportError | ConnectionError | TimeoutError):
        return f"the hub cannot be reached ({_first_line(error)}); {_STAYS} when it can"
    if isinstance(error, HfHubHTTPError):
        return _of_status(repo, error.response.status_code, error.server_message or "")
    return f"{repo} was not pushed: {_first_line(error)}"


def _of_status(repo: str, status: int, told: str) -> str:
    said = _first_line(told) if told.strip() else "it does not say why"
    match status:
        case 401:
            return f"the hub does not know the user ({said}): {LOGIN}"
        case 403:
            return f"this user may not write to {repo} ({said}): use another name, or {LOGIN}"
        case 404:
            return f"the hub does not find {repo}, or not for this user ({said}): {LOGIN}"
        case 409 | 412:
            return f"{repo} changed while it was pushed to ({said}); push again"
        case 429 | 500 | 502 | 503 | 504:
            return f"the hub has no time now (status {status}: {said}); {_STAYS} later"
    return f"the hub does not take {repo} (status {status}): {said}"


def _first_line(error: object) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".:")
