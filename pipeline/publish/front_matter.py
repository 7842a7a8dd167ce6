"""The card's YAML front matter: what the hub and `datasets` read of it."""

from collections.abc import Mapping
from typing import Any, Final

import yaml

from pipeline.publish.statistics import SPLITS, UNKNOWN, Statistics
from pipeline.recipe import PublishSettings

REJECTED: Final = "rejected"
"""Config, split, folder and file name of the questions that are not published."""

CAPTIONS: Final = "captions"
PROVENANCE: Final = "provenance"
"""Likewise, of every captioned frame and of every part of a sample."""

_SIZES: Final = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_LARGEST: Final = "10M<n<100M"

_LICENCES: Final = frozenset(
    {
        *("apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "pddl", "unlicense"),
        *("cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0"),
        *("cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0", "odc-by", "odbl"),
        *("cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0"),
        *("cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cdla-sharing-1.0", "cdla-permissive-2.0"),
    }
)
"""The hub's names of licences that footage comes under; any other is `other`."""


def front_matter(
    statistics: Statistics, rows: Mapping[str, int], settings: PublishSettings, pretty_name: str
) -> str:
    """YAML between the card's first two `---` lines.

    A split without rows has no file, and an entry without a file makes loading fail, so only
    what is there is named.

    Args:
        rows: of each table, by the stem of its files.
    """
    fields: dict[str, Any] = {
        "pretty_name": pretty_name,
        "license": _licence(statistics),
        "language": [settings.language],
        "size_categories": [_size(statistics.samples)],
        "task_categories": ["video-text-to-text", "visual-question-answering"],
        "annotations_creators": ["machine-generated"],
        "tags": ["synthetic", "video", "video-reasoning", "chain-of-thought", "grounding"],
    }
    if configs := _configs(statistics, rows):
        fields["configs"] = configs
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True)


def _configs(statistics: Statistics, rows: Mapping[str, int]) -> list[dict[str, Any]]:
    configs = []
    splits = [s for s in SPLITS if statistics.in_split(s)]
    if splits:
        files: dict[str, str] = {split: f"data/{split}-*.parquet" for split in splits}
        configs.append(_config("default", files) | {"default": True})
    for name in (REJECTED, CAPTIONS, PROVENANCE):
        if rows.get(name):
            configs.append(_config(name, {name: f"{name}/{name}-*.parquet"}))
    return configs


def _config(name: str, files: Mapping[str, str]) -> dict[str, Any]:
    listed = [{"split": split, "path": path} for split, path in files.items()]
    return {"config_name": name, "data_files": listed}


def _licence(statistics: Statistics) -> str | list[str]:
    """The videos' licences; one that is not known outweighs all others."""
    names = {licence.strip().lower().replace(" ", "-") for _, licence in statistics.licences}
    if not names or UNKNOWN in names:
        return UNKNOWN
    known = sorted({name if name in _LICENCES else "other" for name in names})
    return known[0] if len(known) == 1 else known


def _size(samples: int) -> str:
    return next((name for limit, name in _SIZES if samples < limit), _LARGEST)
