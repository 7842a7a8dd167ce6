from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.harness.dataset import read_questions
from pipeline.harness.videos import check
from pipeline.imports.rows import GroundingRow, ImportedSample, ImportedSpan
from pipeline.imports.sink import importing
from pipeline.recipe.evaluation import EvaluationIdentity
from pipeline.tasks import Task
from tests.harness.small import dataset, paused, row

GROUNDED = GroundingRow(
    id="g1",
    row=1,
    video="v1",
    query="why does it fall?",
    kind="question",
    answer="the wind",
    options=("the wind", "a dog", "a ball", "rain", "nobody"),
    letter="A",
    spans=(ImportedSpan(start_seconds=1.0, end_seconds=2.0, stated_start=1.0, stated_end=2.0),),
    video_seconds=30.0,
    metadata=(),
)

IMPORTED = ImportedSample(
    id="s1",
    row=1,
    split="test",
    video_path="a/b.mp4",
    task=Task.COOKING_STEPS,
    task_name="Cooking Process",
    question="What is done first?",
    answer="They wash it.",
    options=("They wash it.", "They cut it."),
    letter="A",
    core_frames=(),
    evidence="",
    key_items=(),
    mentions=(),
)


def test_a_published_dataset_is_read_with_times_from_the_video_start(tmp_path: Path) -> None:
    (item,) = read_questions(dataset(tmp_path / "dataset", [row(1)]), "test").items
    # The row's clock starts at 2 s.
    assert [frame.seconds for frame in item.core_frames] == [10.0, 12.5]
    assert [(span.start_seconds, span.end_seconds) for span in item.spans] == [(9.5, 10.5)]
    assert item.forms == ("choice", "gated", "open", "assist", "grounding")
    assert item.until_seconds is None
    stopped = [row(1, pause=paused(15.0)), row(2, task=Task.FACTUAL_PAST)]
    found = read_questions(dataset(tmp_path / "paused", stopped), "test").items
    assert [one.until_seconds for one in found] == [13.0, None]


def test_what_was_imported_can_be_asked_too(tmp_path: Path) -> None:
    source = tmp_path / "val.csv"
    with importing(tmp_path / "gqa", "nextgqa", source, GroundingRow) as sink:
        sink.add("val", GROUNDED, ())
    found = read_questions(tmp_path / "gqa", "val")
    (item,) = found.items
    assert (found.kind, item.letter, item.task) == ("nextgqa", "A", "question")
    assert "grounding" in item.forms
    with importing(tmp_path / "espresso", "videoespresso", source, ImportedSample) as sink:
        sink.add("test", IMPORTED, ())
    found = read_questions(tmp_path / "espresso", "test")
    (item,) = found.items
    assert (item.task, item.video, item.forms) == (
        "cooking_steps",
        "a/b.mp4",
        ("choice", "gated", "open", "assist"),
    )


def test_what_no_question_can_be_asked_is_refused_before_a_model_is(tmp_path: Path) -> None:
    bare = row(1, options=(), letter=None)
    items = read_questions(dataset(tmp_path / "dataset", [bare]), "test").items
    with pytest.raises(InputError, match="asked under objective: it needs options"):
        check(items, EvaluationIdentity())
    frames = tuple(replace(frame, image=None) for frame in row(1).core_frames)
    referred = read_questions(
        dataset(tmp_path / "referred", [row(1, core_frames=frames)]), "test"
    ).items
    with pytest.raises(InputError, match="demitasse cut"):
        check(referred, EvaluationIdentity())
    check(items, EvaluationIdentity(protocols=("similarity",)))
