"""Batches at the endpoint, through the SDK."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.errors import EndpointError
from pipeline.llm.transport import Transport

ENDED: Final = frozenset({"completed", "failed", "expired", "cancelled"})
NAME: Final = "demitasse"
"""The key of a batch's metadata under which our id of it stands."""
SEARCHED: Final = 1000
"""Batches of the account that are looked through for one whose id was not saved."""


class NotTakenError(EndpointError):
    """The endpoint said no: there is no batch that could be paid."""


@dataclass(frozen=True)
class Remote:
    """A batch as the endpoint tells of it."""

    id: str
    status: str
    done: int
    output: str | None
    errors: str | None
    """Ids of its files. Either may be missing, whatever the status."""
    message: str
    """Why it failed, where it did."""


async def submit(transport: Transport, ours: str, file: Path) -> str:
    """Upload the file and create the batch; returns the endpoint's id of it.

    Raises:
        NotTakenError: the endpoint takes no batch, or not this one.
        EndpointError: nobody knows whether it took the batch; `search` tells.
    """
    import openai

    unknown = False
    try:
        with transport.told("take the batch"):
            uploaded = await transport.sdk.files.create(file=file, purpose="batch")
            unknown = True
            try:
                batch = await transport.sdk.batches.create(
                    input_file_id=uploaded.id,
                    endpoint="/v1/chat/completions",
                    completion_window="24h",
                    metadata={NAME: ours},
                )
            except openai.APIStatusError as error:
                unknown = error.status_code >= 500
                raise
    except EndpointError as error:
        if unknown:
            raise
        raise NotTakenError(str(error)) from None
    return str(batch.id)


async def search(transport: Transport, ours: str) -> str | None:
    """The endpoint's id of a batch that was perhaps created before a crash."""
    seen = 0
    with transport.told("list its batches"):
        async for batch in transport.sdk.batches.list(limit=100):
            if (batch.metadata or {}).get(NAME) == ours:
                return str(batch.id)
            seen += 1
            if seen >= SEARCHED:
                return None
    return None


async def look(transport: Transport, remote: str) -> Remote:
    """How far a batch is."""
    with transport.told("tell of its batch"):
        batch = await transport.sdk.batches.retrieve(remote)
    counts = batch.request_counts
    errors = [error.message or "" for error in (batch.errors.data or [])] if batch.errors else []
    return Remote(
        id=str(batch.id),
        status=str(batch.status),
        done=(counts.completed + counts.failed) if counts else 0,
        output=batch.output_file_id,
        errors=batch.error_file_id,
        message=transport.secret.redact("; ".join(errors)),
    )


async def rows(transport: Transport, remote: Remote) -> list[dict[str, Any]]:
    """The lines of both files, in no particular order.

    Raises:
        EndpointError: a file cannot be fetched; asked again, it may.
    """
    found: list[dict[str, Any]] = []
    for name in filter(None, (remote.output, remote.errors)):
        with transport.told("give a batch's results"):
            content = await transport.sdk.files.content(name)
        text = content.content.decode(errors="replace")
        found += _parsed(transport.secret.redact(text))
    return found


def _parsed(text: str) -> Iterator[dict[str, Any]]:
    # Not `splitlines`, which also cuts at characters that JSON may hold as they are.
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise EndpointError(
                f"the endpoint's results of a batch are not JSON: {error}"
            ) from error
        if isinstance(row, dict) and isinstance(row.get("custom_id"), str):
            yield row
