"""The folder as a whole: files that belong to it, shards that load, a card that names them.

What `datasets` does with Parquet files that are not quite right: a column that is null all through
a shard fails to load, shards of different columns as well, and a picture column whose type is not
to the letter what it would have written loses its feature without a word.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from pipeline.publish.folder import MARKER
from pipeline.validation.finding import Kind
from pipeline.validation.readers.source import Source
from pipeline.validation.row import Row
from pipeline.validation.rule import Flaw, Rule, Watch

_SHARD: Final = re.compile(r"(.*)-(\d{5})-of-(\d{5})\.parquet")
_CARD: Final = "README.md"
_IMAGE: Final = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])


class _Files(Watch):
    """Sees no row: it looks at the files when all rows have been read."""

    def see(self, row: Row) -> None:
        pass

    def finish(self) -> None:
        source = self.context.source
        shards = [f.path for f in source.files if f.path.suffix.lower() == ".parquet"]
        self._tell(source, shards, _shard_flaws(source, shards))
        if source.whole:
            for name, flaws in ((MARKER, _marker_flaws), (_CARD, _card_flaws)):
                if (source.root / name).is_file():
                    self._tell(source, [source.root / name], flaws(source.root))

    def _tell(
        self, source: Source, paths: Sequence[Path], flaws: Iterator[tuple[str, Flaw]]
    ) -> None:
        self.checked += len(paths)
        for name, flaw in flaws:
            self.tally.add(flaw.code, name, flaw.detail)


def _shard_flaws(source: Source, paths: Sequence[Path]) -> Iterator[tuple[str, Flaw]]:
    if source.whole:
        yield from _gaps([path.relative_to(source.root).as_posix() for path in paths])
    first: dict[Path, tuple[str, pa.Schema]] = {}
    for path in paths:
        name = path.relative_to(source.root).as_posix()
        try:
            schema = pq.read_schema(path)
        except (OSError, pa.ArrowException):
            continue  # `readable` tells of it
        known = first.setdefault(path.parent, (name, schema))
        if not schema.equals(known[1]):
            yield name, Flaw("columns_differ", f"its columns are not those of {known[0]}")
        for field in schema:
            if pa.types.is_null(field.type):
                yield name, Flaw("null_column", f"`{field.name}` has no type, for want of a value")
        if lost := lost_feature(schema):
            yield name, Flaw("feature_lost", lost)


def _gaps(names: Sequence[str]) -> Iterator[tuple[str, Flaw]]:
    """Shards that others of their split count and that are not there."""
    counted: dict[tuple[str, int], set[int]] = defaultdict(set)
    for name in names:
        if match := _SHARD.fullmatch(name):
            counted[match[1], int(match[3])].add(int(match[2]))
    for (stem, of), there in sorted(counted.items()):
        if missing := sorted(set(range(of)) - there):
            name = f"{stem}-{missing[0]:05d}-of-{of:05d}.parquet"
            yield name, Flaw("missing", f"{len(missing)} of {of} shards are not there")


def lost_feature(schema: pa.Schema) -> str | None:
    """A feature that `datasets` would not restore, in one clause; None where it restores all."""
    raw = (schema.metadata or {}).get(b"huggingface")
    if raw is None:
        bare = next((field.name for field in schema if _pictures(field.type)), None)
        return None if bare is None else f"without metadata, `{bare}` is no column of pictures"
    try:
        features = json.loads(raw)["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return "the `huggingface` metadata cannot be read"
    if not isinstance(features, dict) or set(features) != set(schema.names):
        return "the `huggingface` metadata names other columns"
    for field in schema:
        if not _restored(features[field.name], field):
            return f"`{field.name}` is not of the type that its feature has"
    return None


def _pictures(kind: pa.DataType) -> bool:
    """Whether pictures are somewhere in a type."""
    if kind.equals(_IMAGE):
        return True
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        return _pictures(kind.value_type)
    return pa.types.is_struct(kind) and any(_pictures(part.type) for part in kind)


def _restored(feature: Any, field: pa.Field) -> bool:
    """Pictures lose their feature where order or nullability differ; other types are cast."""
    kind = feature.get("_type") if isinstance(feature, dict) else None
    if kind == "Image":
        return bool(field.type.equals(_IMAGE)) and bool(field.nullable)
    if kind == "List":
        nested = pa.types.is_list(field.type) or pa.types.is_fixed_size_list(field.type)
        return nested and _restored(feature["feature"], field.type.value_field)
    if isinstance(feature, dict) and kind is None and pa.types.is_struct(field.type):
        inner = {part.name: part for part in field.type}
        return set(inner) == set(feature) and all(
            _restored(feature[name], part) for name, part in inner.items()
        )
    return True


def _marker_flaws(root: Path) -> Iterator[tuple[str, Flaw]]:
    try:
        listed = json.loads((root / MARKER).read_bytes())["files"]
    except (ValueError, KeyError, TypeError):
        yield MARKER, Flaw("marker", "it cannot be read")
        return
    for name in listed:
        if not (root / str(name)).is_file():
            yield str(name), Flaw("missing", f"{MARKER} lists it, and it is not there")
    there = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
    for name in sorted(there - {*map(str, listed), MARKER}):
        if not any(part.startswith(".") for part in Path(name).parts):
            yield name, Flaw("unknown", f"{MARKER} does not list it")


def _card_flaws(root: Path) -> Iterator[tuple[str, Flaw]]:
    text = (root / _CARD).read_text(encoding="utf-8", errors="replace")
    _, fence, rest = text.partition("---\n")
    front, end, _ = rest.partition("\n---")
    if not fence or not end or text.partition("---\n")[0].strip():
        yield _CARD, Flaw("card", "it has no YAML between two lines of ---")
        return
    try:
        fields = yaml.safe_load(front)
    except yaml.YAMLError as error:
        told = " ".join(str(error).split())
        yield _CARD, Flaw("card", f"its YAML cannot be read: {told}")
        return
    configs = fields.get("configs") if isinstance(fields, dict) else None
    patterns = [p for config in configs or () for p in _patterns(config)]
    matched: set[Path] = set()
    for pattern in patterns:
        found = set(root.glob(pattern))
        matched |= found
        if not found:
            yield _CARD, Flaw("card", f"it names {pattern}, and no file is called so")
    for path in sorted(root.glob("data/*.parquet")) if patterns else ():
        if path not in matched:
            name = path.relative_to(root).as_posix()
            yield name, Flaw("unnamed", "no config of the card names it, so nobody loads it")


def _patterns(config: Any) -> Iterator[str]:
    """The paths of a config, in all the forms that the hub takes."""
    files = config.get("data_files") if isinstance(config, dict) else None
    for entry in files if isinstance(files, list) else [files]:
        paths = entry.get("path") if isinstance(entry, dict) else entry
        for path in paths if isinstance(paths, list) else [paths]:
            if isinstance(path, str) and not Path(path).is_absolute() and "://" not in path:
                yield path


FILES = Rule(
    name="files",
    checks="shards are all there, load with their features, and the card names them",
    needs="Parquet file, card or list of files",
    kinds={
        "missing": Kind("error", "is not there"),
        "columns_differ": Kind("error", "has other columns than the shards beside it"),
        "null_column": Kind("error", "has a column without a type: it fails to load"),
        "feature_lost": Kind("error", "loses a feature when `datasets` loads it"),
        "marker": Kind("error", "is no list of files"),
        "card": Kind("error", "is a card that does not fit its folder"),
        "unnamed": Kind("error", "is a shard that no config names"),
        "unknown": Kind("warning", "is a file that the build did not write"),
    },
    watch=_Files,
    unit="files",
)
