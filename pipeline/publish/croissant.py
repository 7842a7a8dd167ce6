"""`croissant.json`: the dataset for machines, by MLCommons' Croissant 1.1 and its RAI 1.0.

It has no `url`, `creator`, `datePublished` or `citeAs`: a build does not know where, by whom and
when its folder will be published, and a date would make two builds of the same rows differ.
Whoever publishes the folder may add them. There is no `version` either, as nobody numbers builds:
`identifier` names this very content.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pipeline.publish.croissant_fields import Json, activity_id, record_set_fields
from pipeline.publish.facts import CardFacts, ModelUse, models_of
from pipeline.publish.licences import SPDX, slug
from pipeline.publish.responsible_ai import responsible_ai
from pipeline.publish.statistics import Statistics
from pipeline.publish.tables import TABLES, PublishedTable, WrittenSplit, of_table
from pipeline.records import StageCount

_CONTEXT: Final[Json] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{
        word: f"cr:{word}"
        for word in (
            *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract"),
            *("field", "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray"),
            *("isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet"),
            *("references", "regex", "repeated", "replace", "samplingRate", "separator", "source"),
            *("subField", "transform"),
        )
    },
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}
"""The context that the specification recommends, and PROV-O's prefix."""

_PARQUET: Final = "application/x-parquet"
_SPLIT_TERMS: Final = {"train": "cr:TrainingSplit", "test": "cr:TestSplit"}


def croissant(
    key: str,
    facts: CardFacts,
    statistics: Statistics,
    funnel: Sequence[StageCount],
    written: Sequence[WrittenSplit],
) -> str:
    """The whole file, ending in a newline.

    Args:
        key: the unit key of this publication.
    """
    tables = [(table, splits) for table in TABLES if (splits := of_table(written, table))]
    document = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.1",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": facts.title,
        "description": facts.summary(statistics.samples),
        "identifier": key,
        "inLanguage": facts.identity.publish.language,
        "keywords": ["video", "video reasoning", "visual question answering", "grounding"],
        "license": _licences(statistics),
        **responsible_ai(facts, statistics, funnel),
        "prov:wasDerivedFrom": [
            {"@type": "prov:Entity", "prov:label": f"videos of {source}"}
            for source, _ in statistics.sources
        ],
        "prov:wasGeneratedBy": list(_activities(facts, statistics, funnel)),
        "distribution": [node for table, splits in tables for node in _files(table, splits)],
        "recordSet": [node for table, splits in tables for node in _record_sets(table, splits)],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _licences(statistics: Statistics) -> list[Any]:
    """As the videos' owners stated them; SPDX's address where that is what they stated."""
    stated = sorted({licence for _, licence in statistics.licences})
    return [
        f"https://spdx.org/licenses/{SPDX[slug(one)]}"
        if slug(one) in SPDX
        else {"@type": "CreativeWork", "name": one}
        for one in stated
    ]


def _activities(
    facts: CardFacts, statistics: Statistics, funnel: Sequence[StageCount]
) -> Iterator[Json]:
    """The stages that made the dataset, each with who worked in it and what it was asked."""
    uses: dict[str, list[ModelUse]] = {}
    for use in models_of(facts, statistics):
        uses.setdefault(use.stage, []).append(use)
    made = {stage for table in TABLES for stages in table.made_by.values() for stage in stages}
    # A line of the funnel that counts something else than units is no stage's name.
    ran = [c.stage for c in funnel if c.stage.isidentifier()]
    for stage in dict.fromkeys([*ran, *sorted(made), *uses]):
        node: Json = {
            "@type": "prov:Activity",
            "@id": activity_id(stage),
            "prov:label": f"stage {stage} of Demitasse {facts.version}",
        }
        if stage in uses:
            node["prov:wasAssociatedWith"] = [
                {"@type": "prov:SoftwareAgent", "prov:label": f"{use.writer}: {use.model}"}
                for use in uses[stage]
            ]
            node["prov:used"] = [
                {
                    "@type": "prov:Entity",
                    "prov:label": f"prompt {use.prompt}, SHA-256 {use.prompt_sha256}",
                }
                for use in uses[stage]
                if use.prompt
            ]
        yield node


def _files(table: PublishedTable, splits: Sequence[WrittenSplit]) -> Iterator[Json]:
    yield {
        "@type": "cr:FileSet",
        "@id": _file_set(table),
        "name": _file_set(table),
        "description": f"The Parquet files of the config {table.name}.",
        "encodingFormat": _PARQUET,
        "includes": [f"{table.folder}/{found.split}-*.parquet" for found in splits],
    }
    for found in splits:
        for shard in found.shards:
            yield {
                "@type": "cr:FileObject",
                "@id": shard.path,
                "name": shard.path.rpartition("/")[2],
                "contentUrl": shard.path,
                "contentSize": f"{shard.size} B",
                "encodingFormat": _PARQUET,
                "sha256": shard.sha256,
            }


def _record_sets(table: PublishedTable, splits: Sequence[WrittenSplit]) -> Iterator[Json]:
    rows = sum(found.rows for found in splits)
    fields = record_set_fields(table, _file_set(table))
    names = [found.split for found in splits if found.split in _SPLIT_TERMS]
    if names:
        held = f"{table.name}-splits"
        yield {
            "@type": "cr:RecordSet",
            "@id": held,
            "name": held,
            "dataType": "cr:Split",
            "key": {"@id": f"{held}/name"},
            "field": [
                {"@type": "cr:Field", "@id": f"{held}/name", "dataType": "sc:Text"},
                {"@type": "cr:Field", "@id": f"{held}/url", "dataType": ["sc:URL", "cr:Split"]},
            ],
            "data": [{f"{held}/name": n, f"{held}/url": _SPLIT_TERMS[n]} for n in names],
        }
        for field in fields:
            if field["name"] == "split":
                field["references"] = {"field": {"@id": f"{held}/name"}}
    yield {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"{table.about} {rows} rows.",
        "key": _key(table),
        "field": fields,
    }


def _key(table: PublishedTable) -> Any:
    columns = [{"@id": f"{table.name}/{column}"} for column in table.key]
    return columns[0] if len(columns) == 1 else columns


def _file_set(table: PublishedTable) -> str:
    return f"{table.name}-files"
