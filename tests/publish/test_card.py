"""The card, word for word, and what it says in the cases that the example does not have.

`UPDATE_GOLDEN=1 pytest tests/publish/test_card.py` writes the example again.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.prompts import Prompt, load
from pipeline.publish.card import render_card
from pipeline.publish.facts import CardFacts, ModelUse
from pipeline.publish.limits import known_limits
from pipeline.publish.plots import plots
from pipeline.publish.statistics import Statistics
from pipeline.publish.tables import CAPTIONS, DEFAULT, REJECTED, ShardFile, WrittenSplit
from pipeline.recipe import (
    EmbedderSettings,
    EndpointCaptionerSettings,
    EndpointWriterSettings,
    Identity,
    Recipe,
    SelectionSettings,
)
from pipeline.recipe_file import load_recipe, recipe_hash
from pipeline.records import StageCount
from pipeline.stages import publish as stage
from tests.publish.counting import counted, some
from tests.publish.publishing import FUNNEL
from tests.publish.samples import QUESTIONS, blob_of, sample

GOLDEN = Path(__file__).with_name("card.golden.md")

PROMPT = Prompt(
    id="captions/own",
    version=3,
    text="---\nid: captions/own\n---\n</details>\n```\nWhat is | here?\n````\n",
    sha256="d" * 64,
    inputs=(),
    output_schema=None,
    body="",
)
FACTS = CardFacts(
    title="A | trial",
    identity=Identity(selection=SelectionSettings(near_duplicate=0.75)),
    recipe_hash="c" * 64,
    models=(ModelUse("captions", "detector", "ssd@1", "captions/own@3", "d" * 64),),
    prompts=(PROMPT,),
    version="0.0.0",
)
FAILED = StageCount(
    id="02 frames 2 TimeLimit", stage="frames", status="failed", code="TimeLimit", units=3
)
SHARD = ShardFile("data/train-00000-of-00001.parquet", 1234, "e" * 64)
WRITTEN = (
    WrittenSplit(DEFAULT, "train", 1, 900, (SHARD,)),
    WrittenSplit(DEFAULT, "test", 1, 800, (SHARD, SHARD)),
    WrittenSplit(REJECTED, "rejected", 1, 90, (SHARD,)),
    WrittenSplit(CAPTIONS, "captions", 40, 700, (SHARD,)),
)


def card_of(
    statistics: Statistics,
    facts: CardFacts = FACTS,
    counts: Sequence[StageCount] = FUNNEL,
) -> str:
    drawn = {plot.name: plot for plot in plots(statistics)}
    return render_card(facts, statistics, counts, WRITTEN, drawn)


def test_the_card_word_for_word(tmp_path: Path) -> None:
    card = card_of(some(tmp_path), counts=sorted([*FUNNEL, FAILED], key=lambda c: c.id))
    # The settings grow with every recipe, the columns with every table; other tests read them.
    card = re.sub(r"(?s)(```yaml\n).*?(```)", r"\1(settings)\n\2", card)
    card = re.sub(r"(?m)(^\| `\w+\.\w+` \|.*\n)+", "(settings)\n", card)
    card = re.sub(r"(?m)(^  features:\n)(  [- ] .*\n)+(?=  splits)", r"\1  (columns)\n", card)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(card, encoding="utf-8")
    assert card == GOLDEN.read_text(encoding="utf-8")


def test_an_empty_dataset_has_a_card_without_plots() -> None:
    card = card_of(Statistics())
    assert "plots/" not in card
    assert "| samples | 0 |" in card
    assert "Multiple choice" not in card


def test_the_card_carries_the_recipe(tmp_path: Path) -> None:
    """Saved as a file, what it prints is a recipe, and the one whose hash it tells."""
    recipe = Recipe(name="trial", identity=FACTS.identity)
    facts = replace(FACTS, recipe_hash=recipe_hash(recipe))
    card = card_of(some(tmp_path), facts)
    found = re.search(r"(?s)```yaml\n(.*?)```", card)
    assert found is not None
    (tmp_path / "recipe.yaml").write_text(found[1])
    assert recipe_hash(load_recipe(tmp_path / "recipe.yaml", [])) in card


def test_thresholds_and_sampling_values_are_told_with_what_they_are(tmp_path: Path) -> None:
    writer = EndpointWriterSettings(kind="endpoint", model="m", temperature=0.5)
    card = card_of(some(tmp_path), replace(FACTS, identity=Identity(writer=writer)))
    assert "| `core_frames.tau` | 0.9 | A caption closer than this to the last kept one" in card
    assert "| `writer.model` | m | The name that the endpoint knows the model by. |" in card
    assert "| `writer.temperature` | 0.5 |" in card
    assert "| `frames.dynamic_fps` | [2.0, 4.0] |" in card
    assert "`filters.black`" not in card


def test_every_prompt_of_the_recipe_stands_in_full_under_its_hash(tmp_path: Path) -> None:
    identity = Identity.model_validate(
        {
            "captioner": {"kind": "endpoint", "model": "c"},
            "writer": {"kind": "endpoint", "model": "w"},
            "judge": {"kind": "endpoint", "model": "j"},
            "verdicts": {"blind": True},
        }
    )
    used = stage.asked_with(identity)
    assert {p.id for p in used} >= {
        "captions/endpoint",
        "questions/endpoint",
        "verdicts/blind",
        "verdicts/endpoint",
        "evidence/endpoint",
        "options/endpoint",
    }
    card = card_of(some(tmp_path), replace(FACTS, prompts=(*used, load("captions/detector"))))
    section = card.split("## Prompts\n")[1].split("\n## Tokens")[0]
    texts = re.findall(r"(?ms)^(`{3,})text\n(.*?\n)\1$", section)
    told = re.findall(r"SHA-256 <code>(\w{64})</code>", section)
    assert len(texts) == len(used) + 1
    assert [sha256(text.encode()).hexdigest() for _, text in texts] == told


def test_no_place_on_this_machine_is_told(tmp_path: Path) -> None:
    model = EmbedderSettings(model=str(tmp_path / "my-embedder"))
    card = card_of(some(tmp_path), replace(FACTS, identity=Identity(embedder=model)))
    assert "model: my-embedder" in card
    assert "| `embedder.model` | my-embedder |" in card
    assert str(tmp_path) not in card


def test_tokens_are_those_of_answers_not_of_rows(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    asked = replace(
        QUESTIONS, writer="endpoint", model="m", requests=("a",), tokens_in=50, tokens_out=7
    )
    alone = replace(asked, requests=("b", "c"), tokens_in=None, tokens_out=None)
    samples = [
        replace(sample(n, frames), provenance=(one,)) for n, one in enumerate((asked, asked, alone))
    ]
    card = card_of(counted(tmp_path, *samples))
    assert "| questions | m | 2 | 50 | 7 | 1 |" in card
    assert "Not in it: answers behind questions that are not published.\n" in card
    captioner = EndpointCaptionerSettings(kind="endpoint", model="c")
    facts = replace(FACTS, identity=Identity(captioner=captioner))
    assert "not published, and those of `captions`." in card_of(counted(tmp_path, *samples), facts)
    assert "What `captions` took is not\ncounted here." in card_of(some(tmp_path), facts)


def test_limits_follow_the_data(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    one = sample(0, frames)
    verdict = replace(one.provenance[0], stage="verdicts", answer_source="human")
    corrected = replace(
        one,
        provenance=(*one.provenance, verdict),
        boxes=(replace(one.boxes[0], verified=False, clip_similarity=0.3),),
    )
    limits = known_limits(counted(tmp_path, corrected), FUNNEL, Identity())
    text = " ".join(limits)
    assert "All 1 answers are a human's correction." in limits
    assert "computed by a program" not in text
    assert "All 1 boxes are not verified" in text
    assert "no CLIP similarity" not in text
    assert "Key items without a box: 1 (1 `below_score`)." in limits
    assert "reviewed by the writer that wrote them" in text
    assert "The split `test` has no samples." in limits
    assert "All 1 samples come from one source, example." in limits


@pytest.mark.parametrize("letters", ["BBBBBBBBBBBBBBBB", "ABCDABCDABCDABCD"])
def test_what_can_be_guessed_is_a_limit_only_where_chance_does_not_explain_it(
    tmp_path: Path, letters: str
) -> None:
    _, frames = blob_of(tmp_path)
    samples = [
        replace(sample(n, frames), letter=letter, options=("same",) * 4)
        for n, letter in enumerate(letters)
    ]
    statistics = counted(tmp_path, *samples, splits=("test",))
    assert statistics.right_by_length == 0.25
    text = " ".join(known_limits(statistics, FUNNEL, Identity()))
    assert ("All 16 answers are option B" in text) == (letters[0] == "B")
    assert "length gives answers away" not in text
    assert "The test split has 16 samples: a score of 50 %" in text
    assert "about 22.0 points" in text
    longest = [replace(s, options=("a", "bb", "c", "d"), letter="B") for s in samples]
    found = known_limits(counted(tmp_path, *longest, splits=("test",)), FUNNEL, Identity())
    assert "is the answer in 100.0 % of 16 questions" in " ".join(found)


def test_every_limit_is_a_sentence(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    for licences in (["unknown"], ["unknown", "MIT"]):
        samples = [replace(sample(n, frames), licence=name) for n, name in enumerate(licences)]
        for limit in known_limits(counted(tmp_path, *samples), FUNNEL, Identity()):
            assert limit[0].isupper() or limit[0].isdigit()
            assert limit.endswith(".") and " All " not in limit


def test_an_empty_dataset_claims_nothing_of_answers() -> None:
    limits = known_limits(Statistics(), [], Identity())
    assert not any("answer" in limit for limit in limits)
    assert any("14 of 14 tasks" in limit for limit in limits)
