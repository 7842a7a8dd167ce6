"""A test split of several videos, published as the stage does, for the tests of this folder."""

from dataclasses import replace
from pathlib import Path

from pipeline.benchmark.candidates import Candidate, place_of
from pipeline.records import Sample
from pipeline.tasks import Task
from tests.publish.publishing import publish, recipe
from tests.publish.samples import blob_of, sample

TASKS = (Task.CAUSAL_INFERENCE, Task.EVENT_PROCESS)
OTHERS = ("A cat sleeps.", "Snow falls on it.", "It is a lamp.")


def one(
    number: int,
    *,
    video: str = "v1",
    gap: int = 0,
    letter: str = "A",
    task: Task = Task.EVENT_PROCESS,
) -> Candidate:
    """A candidate."""
    name = f"q{number:04d}"
    return Candidate(name, video, task, letter, gap, 1.0 if gap > 0 else 0.0, place_of(name))


def published(folder: Path, *, name: str = "dataset", count: int = 24, key: str = "k1") -> Path:
    """A dataset of so many test questions, of which every sixth has no options.

    Six videos; most answers are longer than all distractors, and all stand under A or B.
    """
    blobs, frames = blob_of(folder / f"{name}-store")
    rows = [_sample(number, replace_all(sample(number, frames), number)) for number in range(count)]
    dataset = folder / name
    publish(blobs, dataset, rows, given=recipe(test_fraction=1.0), key=key)
    return dataset


def replace_all(plain: Sample, number: int) -> Sample:
    """The sample of another video, question and answer."""
    answer = f"=SUM({number}) is written on the wall{' there' * (number % 4)}."
    if number % 3 == 0:
        answer = f"No. {number}"
    place = number % 2
    options = [*OTHERS[:place], answer, *OTHERS[place:]]
    return replace(
        plain,
        video=f"v{number % 6}",
        task=TASKS[number % 2],
        answer=answer,
        options=tuple(options),
        letter="AB"[place],
    )


def _sample(number: int, made: Sample) -> Sample:
    return replace(made, options=(), letter=None) if number % 6 == 5 else made
