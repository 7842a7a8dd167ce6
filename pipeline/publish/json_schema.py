"""JSON Schema (draft 2020-12) of a record or of settings, as one text that never varies."""

import json
from typing import Any, Final

from pydantic import TypeAdapter

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: type[Any]) -> str:
    """The schema of values of this class; its docstrings are the descriptions."""
    schema = TypeAdapter(kind).json_schema()
    return json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"
