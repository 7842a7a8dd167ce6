"""What a version holds, counted in the files that were written, not in what was meant."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipeline.benchmark.candidates import Candidate, candidate
from pipeline.benchmark.manifest import TaskCounts
from pipeline.publish.reading import samples
from pipeline.publish.statistics import LETTERS
from pipeline.tasks import Task


def questions_of(building: Path) -> list[Candidate]:
    """The questions of a benchmark as its files have them.

    Raises:
        StorageError: a shard cannot be read.
    """
    rows = (candidate(row) for row in samples(building, pictures=False))
    return [one for one in rows if isinstance(one, Candidate)]


def letters_of(found: Sequence[Candidate]) -> dict[str, int]:
    """Questions by the letter of their answer."""
    counts = Counter(one.letter for one in found)
    return {letter: counts[letter] for letter in LETTERS}


def moved(before: Sequence[Candidate], found: Sequence[Candidate]) -> int:
    """Questions whose answer has another letter than in the dataset."""
    old = {one.id: one.letter for one in before}
    return sum(old[one.id] != one.letter for one in found)


def tasks_of(candidates: Sequence[Candidate], found: Sequence[Candidate]) -> dict[str, TaskCounts]:
    """Counts of each task that has candidates."""
    all_of = Counter(one.task for one in candidates)
    videos: dict[Task, Counter[str]] = {task: Counter() for task in sorted(all_of)}
    for one in found:
        videos[one.task][one.video] += 1
    return {
        task.value: TaskCounts(
            candidates=all_of[task],
            questions=counts.total(),
            videos=len(counts),
            most_of_one_video=max(counts.values(), default=0),
        )
        for task, counts in videos.items()
    }
