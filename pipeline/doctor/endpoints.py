"""Whether the endpoints of a recipe can be asked: package, key, answer, model; asks for no text."""

import asyncio
from collections.abc import Iterator
from typing import Final

from pipeline.doctor.check import Check
from pipeline.errors import DemitasseError
from pipeline.llm.transport import Transport, read_secret
from pipeline.recipe import ASKED, EndpointModel, EndpointRuntime, Recipe, reached

PATIENCE: Final = 10.0
"""Seconds; a server that lists no models within them would be a poor writer."""


def endpoint_checks(recipe: Recipe | None) -> Iterator[Check]:
    """One check for every section that asks an endpoint which somebody else runs."""
    asked = [(section, check_endpoint(recipe, section)) for section in ASKED] if recipe else []
    for section, found in asked:
        if found is not None:
            yield Check(f"endpoint {section}", "ok" if found[0] else "missing", found[1])
    if not any(found for _, found in asked):
        yield Check("endpoint", "ok", "none needed")


def check_endpoint(recipe: Recipe, section: str) -> tuple[bool, str] | None:
    """Whether a section's endpoint answers, and in one sentence how; None where it has none."""
    settings = getattr(recipe.identity, section)
    if not isinstance(settings, EndpointModel) or settings.kind == "server":
        return None
    runtime = reached(recipe.runtime, section)
    try:
        models = asyncio.run(_models(runtime))
    except DemitasseError as error:
        return False, str(error)
    if models and settings.model not in models:
        some = ", ".join(sorted(models)[:5])
        return False, f"{runtime.base_url} has no model {settings.model!r}; it has {some}"
    return True, f"{runtime.base_url} answers, model {settings.model}"


async def _models(runtime: EndpointRuntime) -> set[str]:
    limited = runtime.model_copy(update={"timeout_seconds": PATIENCE})
    transport = Transport(limited, read_secret(limited))
    try:
        with transport.told("list its models"):
            found = await transport.sdk.models.list()
        return {model.id for model in found.data}
    finally:
        await transport.close()
