"""A published table's columns as the fields of a Croissant record set.

Croissant 1.1 describes a list of structs as a field that is an array and has sub-fields, each with
the column and the path inside of it. Two spots give way to mlcroissant 1.1, which reads records by
this description: it casts the type that it meets first, so a list of boxes is a list of numbers
first (`sc:Float`) and boxes then (`cr:BoundingBox`); and it decodes the pictures of a list only
where the field says `repeated`, the word of Croissant 1.0, which 1.1 passes over.
"""

from dataclasses import dataclass, replace
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import TypeAdapter

from pipeline.engine.columns import hints
from pipeline.publish.published import Picture
from pipeline.publish.tables import PublishedTable
from pipeline.records import Record

Json = dict[str, Any]

_TYPES: Final = {str: "sc:Text", int: "sc:Integer", float: "sc:Float", bool: "sc:Boolean"}
_BOX: Final = tuple[float, float, float, float]
_BOX_FORMAT: Final = "REL_XYXY"
"""Left, top, right and bottom as shares of width and height; the name is Keras'."""


def record_set_fields(table: PublishedTable, file_set: str) -> list[Json]:
    """The fields of the record set of a table.

    Args:
        file_set: the `@id` of its files.
    """
    place = _Place(table.name, file_set)
    found = _members(table.row, place)
    for name, stages in table.made_by.items():
        made = [{"@id": activity_id(stage)} for stage in stages]
        found[name]["prov:wasGeneratedBy"] = made[0] if len(made) == 1 else made
    return list(found.values())


def activity_id(stage: str) -> str:
    """The `@id` of a stage among the activities that made the dataset."""
    return f"stages/{stage}"


@dataclass(frozen=True)
class _Place:
    """Where a field stands, and where its values come from."""

    id: str
    file_set: str
    column: str = ""
    path: tuple[str, ...] = ()
    """Inside the column."""

    def below(self, name: str) -> "_Place":
        inside = {"path": (*self.path, name)} if self.column else {"column": name}
        return replace(self, id=f"{self.id}/{name}", **inside)

    def source(self, *more: str, **settings: str) -> Json:
        path = ".".join((*self.path, *more))
        transform = {"transform": {"jsonPath": path}} if path else {}
        extract = {"extract": {"column": self.column}}
        return {"fileSet": {"@id": self.file_set}, **extract, **transform, **settings}


def _members(row: type[Record], place: _Place) -> dict[str, Json]:
    described = TypeAdapter(row).json_schema()["properties"]
    found = {}
    for name, hint in hints(row).items():
        inner = place.below(name)
        text = described[name].get("description")
        about = {"description": " ".join(text.split())} if text else {}
        head = {"@type": "cr:Field", "@id": inner.id, "name": name, **about}
        found[name] = head | _typed(hint, inner)
    return found


def _typed(hint: Any, place: _Place) -> Json:
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (a for a in get_args(hint) if a is not NoneType)
    if hint == _BOX:
        boxes = {"dataType": ["sc:Float", "cr:BoundingBox"], "isArray": True, "arrayShape": "4"}
        return boxes | {"source": place.source(format=_BOX_FORMAT)}
    if get_origin(hint) is tuple:
        inner = _typed(get_args(hint)[0], place)
        shape = ",".join(["-1", *filter(None, [inner.get("arrayShape")])])
        return {**inner, "isArray": True, "arrayShape": shape}
    if hint is Picture:
        return {
            "dataType": "sc:ImageObject",
            "repeated": bool(place.path),
            "source": place.source("bytes"),
        }
    if isinstance(hint, type) and issubclass(hint, Record):
        return {"subField": list(_members(hint, place).values())}
    return {"dataType": _simple(hint), "source": place.source()}


def _simple(hint: Any) -> str:
    if get_origin(hint) is Literal:
        hint = type(get_args(hint)[0])
    elif isinstance(hint, type) and issubclass(hint, Enum):
        hint = str
    return _TYPES[hint]
