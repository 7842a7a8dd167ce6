"""Which runtime settings mean something to which kind of model.

A section's file spells identity and runtime side by side, and its kinds share one runtime model:
a server needs a command, an endpoint an address, a model in the worker neither.
"""

from typing import Final

from pydantic import BaseModel

from pipeline.recipe.endpoint import EndpointRuntime

_REACHED: Final = frozenset(EndpointRuntime.model_fields)
_ENDPOINT: Final = _REACHED - {"command", "ready_seconds", "gpus"}
_SERVER: Final = _REACHED - {
    "base_url",
    "api_key_env",
    "requests_per_minute",
    "tokens_per_minute",
    "price",
}
_KINDS: Final = {
    "endpoint": _ENDPOINT,
    "server": _SERVER,
    "program": frozenset[str](),
    "detector": frozenset({"batch_size", "workers"}),
    "ssd": frozenset({"workers"}),
}
_TRANSFORMERS: Final = {
    "captioner": frozenset({"batch_tokens", "compile", "workers", "gpus"}),
    "detector": frozenset({"batch_size", "workers", "gpus"}),
}


def applying(section: str, kind: str, runtime: BaseModel | type[BaseModel]) -> frozenset[str]:
    """Names of the runtime fields of a section that its kind uses; all where it has no kinds."""
    if kind == "transformers":
        return _TRANSFORMERS[section]
    fields = runtime if isinstance(runtime, type) else type(runtime)
    return _KINDS.get(kind, frozenset(fields.model_fields))
