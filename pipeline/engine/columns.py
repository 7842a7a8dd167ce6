"""Records as Arrow columns: their types, their conversion both ways, and their hashes.

A column's hash is taken from the value after it has passed through the record's type, so that
`1` and `1.0` in a float column, `0.0` and `-0.0`, or a tuple and a list cannot differ. Hashes
are stored a column (64 bits each, xxh3), and a consumer combines those of the columns that its
view declares; that is what lets a change in `Caption.objects` leave a reader of
`Caption.text` alone.
"""

import json
import types
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
import pyarrow as pa
import xxhash
from pydantic import TypeAdapter

from pipeline.errors import ResourceError
from pipeline.records import Float32, Record

V = TypeVar("V")
F = TypeVar("F", bound=Callable[..., Any])

Plain = Callable[[Any], Any]

_LONG = 32
"""From this length on a list of numbers is hashed as bytes: JSON would spell each one out."""


def _memo(function: F) -> F:
    """`functools.cache` that keeps the signature: classes are its keys here."""
    return cast(F, cache(function))


def table_name(record: type[Record]) -> str:
    """`DetectedObject` -> `detected_object`: the record's column in a part."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in record.__name__).lstrip("_")


def _strip_optional(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) in (Union, types.UnionType):
        (inner,) = (a for a in get_args(hint) if a is not type(None))
        return inner, True
    return hint, False


@_memo
def arrow_type(hint: Any) -> pa.DataType:
    """The Arrow type of an annotation; lists stay variable, publishing fixes their lengths."""
    hint, _ = _strip_optional(hint)
    simple = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if hint in simple:
        return simple[hint]
    if hint is Float32:
        return pa.float32()
    if get_origin(hint) is Literal:
        return simple[type(get_args(hint)[0])]
    if get_origin(hint) is tuple:
        return pa.list_(arrow_type(get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return pa.string()
    if is_dataclass(hint):
        return pa.struct([pa.field(name, arrow_type(h)) for name, h in hints(hint).items()])
    raise TypeError(f"no Arrow type for {hint!r}: add it to pipeline.engine.columns")


def shape(hint: Any) -> Any:
    """An annotation as plain JSON that does not depend on a library's spelling of types."""
    hint, optional = _strip_optional(hint)
    if is_dataclass(hint):
        described: Any = {name: shape(h) for name, h in hints(hint).items()}
    elif get_origin(hint) is tuple:
        described = [shape(get_args(hint)[0])]
    else:
        described = str(arrow_type(hint))
    return {"optional": described} if optional else described


@_memo
def hints(record: Any) -> dict[str, Any]:
    """Field name to annotation, in the order of the fields."""
    found = get_type_hints(record)
    return {f.name: found[f.name] for f in fields(record)}


@_memo
def hash_type(record: Any) -> pa.DataType:
    """A struct with one unsigned 64-bit hash for each column that enters keys."""
    names = [name for name in hints(record) if name not in record.UNHASHED]
    return pa.struct([pa.field(name, pa.uint64()) for name in names])


def _plain_floats(values: Sequence[float], dtype: type[np.floating[Any]]) -> Any:
    array = np.asarray(values, dtype=dtype) + dtype(0)
    if not np.isfinite(array).all():
        raise ValueError("a number is not finite")
    if len(array) < _LONG:
        return array.tolist()
    return f"{array.dtype.str}:{len(array)}:{xxhash.xxh3_128_hexdigest(array.tobytes())}"


@_memo
def _plain(hint: Any) -> Plain:
    """A function from a typed value to plain JSON in one canonical form."""
    hint, optional = _strip_optional(hint)
    if optional:
        inner = _plain(hint)
        return lambda v: None if v is None else inner(v)
    if hint is float:
        return lambda v: _plain_floats((v,), np.float64)[0]
    if hint is Float32:
        return lambda v: _plain_floats((v,), np.float32)[0]
    if get_origin(hint) is tuple:
        element = get_args(hint)[0]
        if element is float:
            return lambda v: _plain_floats(v, np.float64)
        if element is Float32:
            return lambda v: _plain_floats(v, np.float32)
        each = _plain(element)
        return lambda v: [each(item) for item in v]
    if is_dataclass(hint):
        unhashed = cast(type[Record], hint).UNHASHED
        parts = [(n, _plain(h)) for n, h in hints(hint).items() if n not in unhashed]
        return lambda v: [f(getattr(v, n)) for n, f in parts]
    return lambda v: v


def _column_hash(plain: Any) -> int:
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return xxhash.xxh3_64_intdigest(text.encode())


@_memo
def _hashers(record: Any) -> tuple[tuple[str, Plain], ...]:
    return tuple((n, _plain(h)) for n, h in hints(record).items() if n not in record.UNHASHED)


def row_hashes(row: Record) -> dict[str, int]:
    """The hash of every keyed column of one row.

    Raises:
        ValueError: a number is NaN or infinite, which no record may hold.
    """
    return {name: _column_hash(f(getattr(row, name))) for name, f in _hashers(type(row))}


@_memo
def _rows_adapter(view: Any) -> TypeAdapter[Any]:
    return TypeAdapter(list[view])


def to_dicts(record: type[Record], rows: Sequence[Record]) -> list[dict[str, Any]]:
    """Rows as nested dicts, ready for `pa.array` with the record's Arrow type."""
    return cast(list[dict[str, Any]], _rows_adapter(record).dump_python(list(rows)))


def from_arrow(view: type[V], array: pa.StructArray) -> list[V]:
    """Rows of a view from a struct array that has exactly the view's columns."""
    return cast(list[V], _rows_adapter(view).validate_python(array.to_pylist()))


_MIX = np.uint64(0x9E3779B97F4A7C15)


def combine_hashes(columns: Sequence[np.ndarray[Any, np.dtype[np.uint64]]]) -> Any:
    """One 64-bit digest a row from its columns' hashes; the order of columns matters."""
    digest = np.zeros(len(columns[0]) if columns else 0, dtype=np.uint64)
    for column in columns:
        digest = (digest ^ column) * _MIX
        digest ^= digest >> np.uint64(29)
    return digest


def merged(chunks: list[pa.Table]) -> pa.Table:
    """One table with one chunk a column; `chunks` is emptied, and each column freed in turn.

    Concatenating and combining whole tables would hold every column twice at once.

    Raises:
        ResourceError: a column of texts has more than the 2 GiB that Arrow's offsets reach, some 50
            million ids.
    """
    names = chunks[0].column_names
    columns = {n: [part for chunk in chunks for part in chunk[n].chunks] for n in names}
    types = chunks[0].schema
    chunks.clear()
    out = {}
    for name in names:
        parts = columns.pop(name)
        out[name] = _concatenated(name, parts) if parts else pa.array([], types.field(name).type)
    return pa.table(out)


def _concatenated(name: str, parts: list[pa.Array]) -> pa.Array:
    try:
        return pa.concat_arrays(parts)
    except pa.ArrowInvalid as error:
        if "offset overflow" not in str(error):
            raise
        rows = sum(len(part) for part in parts)
        raise ResourceError(
            f"{rows:,} rows are too many to plan at once: their column {name} has more than 2 GiB; "
            "divide the videos among several workspaces or partitions"
        ) from error


def one_chunk(column: pa.ChunkedArray) -> pa.Array:
    """The column as one array; `combine_chunks` copies even where there is only one chunk."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
