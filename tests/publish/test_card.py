"""The card, word for word, and what it says in the cases that the example does not have.

`UPDATE_GOLDEN=1 pytest tests/publish/test_card.py` writes the example again.
"""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.publish.card import CardFacts, ModelUse, render_card
from pipeline.publish.limits import known_limits
from pipeline.publish.rows import rejection_row, sample_row
from pipeline.publish.statistics import Statistics
from pipeline.recipe import EmbedderSettings, Identity, SelectionSettings
from pipeline.records import Sample, StageCount
from tests.publish.publishing import FUNNEL
from tests.publish.samples import blob_of, rejection, sample

GOLDEN = Path(__file__).with_name("card.golden.md")

FACTS = CardFacts(
    title="A | trial",
    identity=Identity(selection=SelectionSettings(near_duplicate=0.75)),
    recipe_hash="c" * 64,
    models=(ModelUse("captions", "detector", "ssd@1", "captions/detector@1", "d" * 64),),
    version="0.0.0",
)
ROWS = {"rejected": 2, "captions": 40, "provenance": 6}
FAILED = StageCount(
    id="02 frames 2 TimeLimit", stage="frames", status="failed", code="TimeLimit", units=3
)


def _statistics(folder: Path, *samples: Sample) -> Statistics:
    blobs, frames = blob_of(folder)
    given = samples or (
        sample(0, frames),
        replace(sample(1, frames), licence="unknown", source="found | on a disk"),
    )
    statistics = Statistics()
    for number, one in enumerate(given):
        statistics.add(sample_row(one, "test" if number % 2 else "train", blobs.read))
    statistics.reject(rejection_row(rejection(0)))
    return statistics


def _front(card: str) -> dict[str, Any]:
    front: dict[str, Any] = yaml.safe_load(card.split("---\n")[1])
    return front


def test_the_card_word_for_word(tmp_path: Path) -> None:
    card = render_card(
        FACTS, _statistics(tmp_path), sorted([*FUNNEL, FAILED], key=lambda c: c.id), ROWS
    )
    # The settings grow with every recipe; another test reads them.
    card = re.sub(r"(?s)(```yaml\n).*?(```)", r"\1(settings)\n\2", card)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(card, encoding="utf-8")
    assert card == GOLDEN.read_text(encoding="utf-8")


def test_the_card_carries_every_setting(tmp_path: Path) -> None:
    card = render_card(FACTS, _statistics(tmp_path), FUNNEL, ROWS)
    found = re.search(r"(?s)```yaml\n(.*?)```", card)
    assert found is not None
    assert Identity.model_validate(yaml.safe_load(found[1])) == FACTS.identity


def test_no_place_on_this_machine_is_told(tmp_path: Path) -> None:
    model = EmbedderSettings(model=str(tmp_path / "my-embedder"))
    facts = replace(FACTS, identity=Identity(embedder=model))
    card = render_card(facts, _statistics(tmp_path), FUNNEL, ROWS)
    assert "model: my-embedder" in card
    assert str(tmp_path) not in card


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        (["CC-BY-4.0", "cc-by-4.0"], "cc-by-4.0"),
        (["CC BY 4.0", "MIT"], ["cc-by-4.0", "mit"]),
        (["my own terms"], "other"),
        (["CC-BY-4.0", "unknown"], "unknown"),
    ],
)
def test_the_licence_is_that_of_the_videos(
    tmp_path: Path, licences: list[str], expected: object
) -> None:
    _, frames = blob_of(tmp_path)
    samples = [replace(sample(n, frames), licence=name) for n, name in enumerate(licences)]
    card = render_card(FACTS, _statistics(tmp_path, *samples), FUNNEL, ROWS)
    assert _front(card)["license"] == expected


def test_limits_follow_the_data(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    one = sample(0, frames)
    verdict = replace(one.provenance[0], stage="verdicts", answer_source="human")
    corrected = replace(
        one,
        provenance=(*one.provenance, verdict),
        boxes=(replace(one.boxes[0], verified=False, clip_similarity=0.3),),
    )
    limits = known_limits(_statistics(tmp_path, corrected), FUNNEL, Identity())
    text = " ".join(limits)
    assert "All 1 answers are a human's correction." in limits
    assert "computed by a program" not in text
    assert "All 1 boxes are not verified" in text
    assert "no CLIP similarity" not in text
    assert "Key items without a box: 1 (1 `below_score`)." in limits
    assert "reviewed by the writer that wrote them" in text
    assert "The split `test` has no samples." in limits


def test_every_limit_is_a_sentence(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    for licences in (["unknown"], ["unknown", "MIT"]):
        samples = [replace(sample(n, frames), licence=name) for n, name in enumerate(licences)]
        for limit in known_limits(_statistics(tmp_path, *samples), FUNNEL, Identity()):
            assert limit[0].isupper() or limit[0].isdigit()
            assert limit.endswith(".") and " All " not in limit


def test_an_empty_dataset_claims_nothing_of_answers() -> None:
    limits = known_limits(Statistics(), [], Identity())
    assert not any("answer" in limit for limit in limits)
    assert any("14 of 14 tasks" in limit for limit in limits)
