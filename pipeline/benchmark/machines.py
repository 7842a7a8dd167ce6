"""A benchmark's `croissant.json`: the dataset's, of the rows that are in."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pipeline
from pipeline.benchmark.manifest import Manifest
from pipeline.publish.croissant import croissant
from pipeline.publish.facts import CardFacts
from pipeline.publish.statistics import Statistics
from pipeline.publish.tables import WrittenSplit
from pipeline.recipe import Recipe
from pipeline.recipe_file import recipe_hash
from pipeline.store import storage_errors

CROISSANT: Final = "croissant.json"
_OF_THE_MAKING: Final = (
    "rai:dataCollectionMissingData",
    "rai:machineAnnotationTools",
    "prov:wasGeneratedBy",
)
"""What rows do not tell: it is as it was when the dataset was made."""


def croissant_text(
    dataset: Path,
    manifest: Manifest,
    recipe: Recipe,
    title: str,
    statistics: Statistics,
    written: Sequence[WrittenSplit],
) -> str:
    """The file's content, ending in a newline.

    Raises:
        StorageError: the dataset's cannot be read.
    """
    path = dataset / CROISSANT
    with storage_errors("read", path):
        source: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    facts = CardFacts(
        title=title,
        identity=recipe.identity,
        recipe_hash=recipe_hash(recipe),
        models=(),
        prompts=(),
        version=pipeline.__version__,
    )
    found = json.loads(croissant(manifest.content, facts, statistics, (), written))
    found |= {name: source[name] for name in _OF_THE_MAKING if name in source}
    found["version"] = manifest.version
    found["description"] = (
        "Questions about video with one right answer and three distractors "
        f"({manifest.questions} of them), chosen from the test split of {source['name']}, with "
        "balanced lengths and letters. README.md tells how."
    )
    found["rai:dataUseCases"] = ["Testing models that answer questions about video."]
    found["rai:dataReleaseMaintenancePlan"] = (
        "None is stated. Versions are numbered; one version never has two contents."
    )
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"
