"""Published records as one explicit Arrow schema that `datasets` reads with its features.

`datasets` restores a feature only where the Arrow field equals what it would have written
itself, so the types follow its own to the letter (measured on 5.2): an image is
`struct<bytes, path>` in that order, all is nullable, list elements are called `item`. The
features stand as JSON in the schema's metadata; `datasets` is not needed to write them.
"""

import json
from dataclasses import is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

import pyarrow as pa

from pipeline.engine.columns import hints
from pipeline.publish.published import Picture
from pipeline.records import Record


class Feature(NamedTuple):
    """A column's type, said twice."""

    arrow: pa.DataType
    described: dict[str, Any]
    """As `datasets` writes it in the `huggingface` metadata."""


def _value(arrow: pa.DataType, dtype: str) -> Feature:
    return Feature(arrow, {"dtype": dtype, "_type": "Value"})


_SIMPLE = {
    str: _value(pa.string(), "string"),
    int: _value(pa.int64(), "int64"),
    float: _value(pa.float64(), "float64"),
    bool: _value(pa.bool_(), "bool"),
}

_IMAGE = Feature(
    pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())]), {"_type": "Image"}
)


def feature(hint: Any) -> Feature:
    """The feature of an annotation.

    Raises:
        TypeError: no published record may have such a field.
    """
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (a for a in get_args(hint) if a is not NoneType)
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if hint is Picture:
        return _IMAGE
    if get_origin(hint) is Literal:
        return _SIMPLE[type(get_args(hint)[0])]
    if get_origin(hint) is tuple:
        return _list(*get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _SIMPLE[str]
    if is_dataclass(hint):
        members = {name: feature(h) for name, h in hints(hint).items()}
        return Feature(
            pa.struct([pa.field(name, m.arrow) for name, m in members.items()]),
            {name: m.described for name, m in members.items()},
        )
    raise TypeError(f"no published feature for {hint!r}")


def _list(element: Any, *rest: Any) -> Feature:
    """`tuple[T, ...]` has any length, `tuple[T, T, T, T]` exactly that many."""
    inner = feature(element)
    if rest == (Ellipsis,):
        return Feature(pa.list_(inner.arrow), {"feature": inner.described, "_type": "List"})
    if any(other is not element for other in rest):
        raise TypeError("a list of fixed length has elements of one type")
    length = 1 + len(rest)
    described = {"feature": inner.described, "length": length, "_type": "List"}
    return Feature(pa.list_(inner.arrow, length), described)


def arrow_schema(row: type[Record]) -> pa.Schema:
    """The schema of a published table, with the `huggingface` metadata."""
    columns = feature(row)
    info = {"info": {"features": columns.described}}
    return pa.schema(list(columns.arrow), metadata={"huggingface": json.dumps(info)})
