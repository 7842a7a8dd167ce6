"""Whether the endpoints of a recipe can be asked: package, key, answer, model; asks for no text."""

import asyncio
from typing import Final

from pipeline.errors import DemitasseError
from pipeline.llm.session import Section
from pipeline.llm.transport import Transport, read_secret
from pipeline.recipe import EndpointModel, EndpointRuntime, Recipe, reached

PATIENCE: Final = 10.0
"""Seconds; a server that lists no models within them would be a poor writer."""


def check_endpoint(recipe: Recipe, section: Section) -> tuple[bool, str] | None:
    """Whether a section's endpoint answers, and in one sentence how; None where it has none."""
    settings = getattr(recipe.identity, section)
    if not isinstance(settings, EndpointModel):
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
