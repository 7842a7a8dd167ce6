"""The client of an object store: one a bucket and process, and what its errors mean.

The only module that knows `obstore`. Endpoint, region and credentials come from the environment or
from the instance, never from a recipe or a URL, and no message repeats what a server said: the body
of a refused request may hold the key's id and the text that was signed.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any, Final, TypeVar

from pipeline.errors import MissingDependencyError, StorageError
from pipeline.storage.place import Url

T = TypeVar("T")

CUT_OFF_TRIES: Final = 6
RETRIES: Final = 10
"""Of a request that got a 5xx, no connection, or none to its end: for two to three minutes."""
STALLED_SECONDS: Final = 30
"""Without a byte, after which a connection is given up and the request sent again."""

_CREDENTIALS: Final = (
    "check the credentials in the environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY on S3) "
    "or the role of the instance, and what they may do"
)
_ADVICE: Final = {
    "NoSuchBucket": "there is no such bucket",
    "AccessDenied": f"access is denied: {_CREDENTIALS}",
    "InvalidAccessKeyId": f"the access key is unknown there: {_CREDENTIALS}",
    "SignatureDoesNotMatch": f"the secret does not fit the access key: {_CREDENTIALS}",
    "ExpiredToken": f"the credentials have expired: {_CREDENTIALS}",
    "RequestTimeTooSkewed": "this machine's clock is wrong: set it",
    "PermanentRedirect": "the bucket is in another region: set AWS_REGION",
    "AuthorizationHeaderMalformed": "the bucket is in another region: set AWS_REGION",
}


def client(url: Url) -> Any:
    """The client of the URL's bucket.

    Raises:
        MissingDependencyError: `obstore` is not installed.
        StorageError: what the environment says cannot be meant.
    """
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    with remote_errors("open", url):
        return _client(f"{url.scheme}://{url.bucket}", endpoint)


def api() -> Any:
    """The client's functions.

    Raises:
        MissingDependencyError: `obstore` is not installed.
    """
    try:
        import obstore
    except ImportError as error:
        raise MissingDependencyError(
            "places on an object store need the package obstore: install the extra "
            "`object-storage` (pip install 'demitasse[object-storage]')"
        ) from error
    return obstore


@cache
def _client(bucket: str, endpoint: str) -> Any:
    return api().store.from_url(
        bucket,
        client_options={
            # An endpoint that the user wrote with http:// is meant so; nothing else is.
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "read_timeout": timedelta(seconds=STALLED_SECONDS),
            "timeout": timedelta(hours=1),
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(minutes=3)},
    )


def forget_clients() -> None:
    """Make clients anew: the environment has changed."""
    _client.cache_clear()


@contextmanager
def remote_errors(action: str, url: Url) -> Iterator[None]:
    """Turn an error of the object store into one sentence with what to do.

    Raises:
        StorageError: with a FileNotFoundError as its cause where the object is not there.
    """
    try:
        yield
    except FileNotFoundError as error:
        said = _said(error)
        if said == "NoSuchBucket":
            raise StorageError(f"cannot {action} {url}: {_ADVICE[said]}") from None
        raise StorageError(
            f"cannot {action} {url}: it is gone: was it removed while the run was going?"
        ) from FileNotFoundError(str(url))
    except (OSError, ValueError) as error:
        raise StorageError(f"cannot {action} {url}: {_advice(error)}") from None
    except Exception as error:
        # obstore's own classes have a base that cannot be imported where it is not installed.
        if not type(error).__module__.startswith("obstore"):
            raise
        raise StorageError(f"cannot {action} {url}: {_advice(error)}") from None


def _said(error: Exception) -> str:
    """The error's name as the object store gives it, such as `SlowDown`; else its HTTP status."""
    text = str(error)
    code = re.search(r"<Code>(\w+)</Code>", text)
    status = re.search(r"status code: (\d+)|status: (\d+)", text)
    return code[1] if code else next(filter(None, status.groups()), "") if status else ""


def _advice(error: Exception) -> str:
    said, text = _said(error), str(error)
    if said in _ADVICE:
        return _ADVICE[said]
    if said in ("401", "403") or "169.254." in text or "redential" in text:
        return f"access is denied: {_CREDENTIALS}"
    if said:
        return f"the object store answers {said}: run the same command again later"
    return (
        "the object store cannot be reached, or does not answer: check its endpoint "
        "(AWS_ENDPOINT_URL on S3) and the network, and run the same command again"
    )


def until_answered(call: Callable[[], T]) -> T:
    """Repeat what the client does not: a request that was cut off and may well be sent twice.

    The client itself repeats reads and plain puts; not removals, the end of a multipart upload, or
    a conditional put.
    """
    for number in range(CUT_OFF_TRIES - 1):
        try:
            return call()
        except Exception as error:
            if not is_cut_off(error):
                raise
        time.sleep(0.1 * 2**number)
    return call()


def is_cut_off(error: Exception) -> bool:
    """Whether nobody knows what became of the request: no answer came."""
    return type(error).__name__ == "GenericError" and not _said(error)


def is_refused(error: BaseException) -> bool:
    """Whether a conditional write found its condition not met."""
    return type(error).__name__ in ("AlreadyExistsError", "PreconditionError")
