"""How hard questions were for a policy: in the rows, in the card, and nowhere without a policy."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.publish.card import render_card
from pipeline.publish.facts import CardFacts
from pipeline.publish.limits import known_limits
from pipeline.publish.pass_rates import PassRates, dropped, histogram
from pipeline.publish.plots import plots
from pipeline.publish.published import PublishedDifficulty
from pipeline.publish.rows import rejection_row, sample_row
from pipeline.publish.statistics import Statistics
from pipeline.recipe import Identity, RolloutsSettings
from pipeline.records import Span
from tests.publish.counting import counted
from tests.publish.samples import QUESTIONS, blob_of, rejection, sample, tried

ON = Identity(rollouts=RolloutsSettings(problem_type="exact_match", right_iou=0.6))


def card(statistics: Statistics, identity: Identity) -> str:
    facts = CardFacts("t", identity, "c" * 64, (), (), "0")
    drawn = {plot.name: plot for plot in plots(statistics)}
    return render_card(facts, statistics, (), (), drawn)


def found(right: int, counted: int = 8) -> PublishedDifficulty:
    return PublishedDifficulty(
        problem_type="exact_match",
        problem="?",
        solution="A",
        spans=(),
        samples=8,
        right=right,
        unparsed=8 - counted,
        counted=counted,
        pass_rate=right / counted,
        mean_reward=1.0,
        frames=(),
        policy="p",
    )


def test_a_question_that_a_policy_chose_on_has_its_options_in_train_too(tmp_path: Path) -> None:
    blobs, frames = blob_of(tmp_path)
    plain = sample(1, frames)
    assert sample_row(plain, "train", blobs.read).options == ()
    row = sample_row(tried(plain), "train", blobs.read)
    assert (row.options, row.letter) == (plain.options, "B")
    assert row.difficulty is not None
    assert (row.difficulty.policy, row.difficulty.pass_rate) == ("policy@1", 0.25)
    assert row.difficulty.frames == ("v1/f0", "v1/f30")
    timed = tried(plain, problem_type="iou", spans=(Span(start_seconds=1.0, end_seconds=2.0),))
    row = sample_row(timed, "train", blobs.read)
    assert (row.options, row.letter) == ((), None)
    assert row.difficulty is not None
    assert row.difficulty.spans == ((1.0, 2.0),)


@pytest.mark.parametrize(
    ("right", "of", "place"), [(1, 8, 1), (3, 10, 3), (7, 8, 8), (1, 10, 1), (9, 10, 9)]
)
def test_a_pass_rate_falls_into_its_tenth(right: int, of: int, place: int) -> None:
    rates = PassRates()
    rates.add(replace(found(1), right=right, counted=of))
    assert rates.bins.index(1) == place
    head, *rows = histogram(rates)
    assert head == ("pass rate", "questions", "share") and len(rows) == 10
    assert rows[place][1:] == ("1", "100.0 %")
    assert rows[-1][0] == "[0.9, 1.0]"


def test_the_card_tells_how_hard_the_questions_were(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    statistics = counted(tmp_path, tried(sample(0, frames)), tried(sample(1, frames), 5))
    for reason, n in (("all_right", 3), ("all_wrong", 1)):
        for _ in range(n):
            statistics.reject(replace(rejection_row(rejection(0)), stage="rollouts", reason=reason))
    text = card(statistics, ON)
    assert "### Difficulty" in text and "plots/pass_rates.png" in text
    assert "| asked of `policy@1` | 2 |" in text
    assert "| answers | 16 |" in text and "| answers that are right | 7 |" in text
    assert "| answers that could not be read, counted as wrong | 2 |" in text
    assert "| [0.2, 0.3) | 1 | 50.0 % |" in text and "| [0.6, 0.7) | 1 | 50.0 % |" in text
    assert "| `all_right` | 3 |" in text and "| `all_wrong` | 1 |" in text
    assert "| rollouts | policy@1 | 2 |" in text, "a question's answers are told together"
    assert "| `rollouts.samples` | 8 |" in text
    assert dropped(statistics.rejections)[1] == ("`all_right`", "3")


def test_nothing_of_it_is_in_the_card_of_another_recipe(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    text = card(counted(tmp_path, sample(0, frames)), Identity()).partition("```yaml")[0]
    rest = text.partition("Reproduce")[0]
    assert "Difficulty" not in rest and "rollouts" not in rest and "policy" not in rest


def test_a_recipe_of_which_nothing_passed_says_so(tmp_path: Path) -> None:
    text = card(counted(tmp_path), ON)
    assert "No published question has a pass rate." in text


def test_chance_is_a_known_limit(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    lots = replace(QUESTIONS, stage="rollouts")
    guessed = replace(tried(sample(0, frames)), provenance=(QUESTIONS, lots))
    told = " ".join(known_limits(counted(tmp_path, guessed), (), ON))
    assert "a program that draws lots" in told
    asked = " ".join(known_limits(counted(tmp_path, tried(sample(0, frames))), (), ON))
    assert "lots" not in asked
