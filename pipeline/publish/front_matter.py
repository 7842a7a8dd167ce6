"""The card's YAML front matter: what the hub and `datasets` read of it."""

from collections.abc import Sequence
from typing import Any, Final

import yaml

from pipeline.publish.features import feature
from pipeline.publish.licences import OTHER, hub_names, slug
from pipeline.publish.statistics import Statistics
from pipeline.publish.tables import DEFAULT, TABLES, WrittenSplit, of_table
from pipeline.recipe import PublishSettings

_SIZES: Final = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_LARGEST: Final = "10M<n<100M"


def front_matter(
    statistics: Statistics,
    written: Sequence[WrittenSplit],
    settings: PublishSettings,
    pretty_name: str,
) -> str:
    """YAML between the card's first two `---` lines.

    A split without rows has no file, and an entry without a file makes loading fail, so only
    what is there is named.
    """
    fields: dict[str, Any] = {
        "pretty_name": pretty_name,
        **_licence(statistics),
        "language": [settings.language],
        "multilinguality": ["monolingual"],
        "size_categories": [_size(statistics.samples)],
        "task_categories": ["video-text-to-text", "visual-question-answering"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "tags": ["synthetic", "video", "video-reasoning", "chain-of-thought", "grounding"],
    }
    tables = [(table, splits) for table in TABLES if (splits := of_table(written, table))]
    if tables:
        fields["configs"] = [_config(splits) for _, splits in tables]
        fields["dataset_info"] = [_info(splits) for _, splits in tables]
    return yaml.dump(fields, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


class _Dumper(yaml.SafeDumper):
    """Writes every value out: tables share columns, and an alias is harder to read."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _config(splits: Sequence[WrittenSplit]) -> dict[str, Any]:
    table = splits[0].table
    files = [{"split": s.split, "path": f"{table.folder}/{s.split}-*.parquet"} for s in splits]
    entry: dict[str, Any] = {"config_name": table.name, "data_files": files}
    return entry | {"default": True} if table is DEFAULT else entry


def _info(splits: Sequence[WrittenSplit]) -> dict[str, Any]:
    """What `datasets` checks a download against."""
    table = splits[0].table
    return {
        "config_name": table.name,
        "features": _named(feature(table.row).described),
        "splits": [
            {"name": s.split, "num_bytes": s.arrow_bytes, "num_examples": s.rows} for s in splits
        ],
        "download_size": sum(shard.size for s in splits for shard in s.shards),
        "dataset_size": sum(s.arrow_bytes for s in splits),
    }


def _named(members: dict[str, Any]) -> list[dict[str, Any]]:
    """Columns as `datasets` writes them in YAML: a list, as their order counts."""
    return [{"name": name, **_type(member)} for name, member in members.items()]


def _type(described: dict[str, Any]) -> dict[str, Any]:
    """A feature's type in the YAML form, which differs from the one in the Parquet files."""
    match described.get("_type"):
        case "Value":
            return {"dtype": described["dtype"]}
        case "Image":
            return {"dtype": "image"}
        case "List":
            length = {"length": described["length"]} if "length" in described else {}
            return {"list": _element(described["feature"]), **length}
    return {"struct": _named(described)}


def _element(described: dict[str, Any]) -> Any:
    """A list's element: the name of a plain type, the columns of a struct, or the type."""
    found = _type(described)
    if list(found) in (["dtype"], ["struct"]):
        (found,) = found.values()
    return found


def _licence(statistics: Statistics) -> dict[str, Any]:
    """The videos' licences; where there is one that the hub has no name for, its own name."""
    stated = sorted({licence for _, licence in statistics.licences})
    names = hub_names(stated)
    if names == [OTHER] and len(stated) == 1:
        return {"license": OTHER, "license_name": slug(stated[0])}
    return {"license": names[0] if len(names) == 1 else names}


def _size(samples: int) -> str:
    return next((name for limit, name in _SIZES if samples < limit), _LARGEST)
