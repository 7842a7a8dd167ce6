"""The whole benchmark: a published dataset in, a folder of the same form out, or none at all."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pipeline
from pipeline.benchmark.candidates import NOT_TEST, WHY, Candidate, candidate
from pipeline.benchmark.card import render_card, title_of
from pipeline.benchmark.cells import texts
from pipeline.benchmark.changes import changes
from pipeline.benchmark.choose import choose
from pipeline.benchmark.content import content_hash, rows_of
from pipeline.benchmark.counted import letters_of, moved, questions_of, tasks_of
from pipeline.benchmark.drawing import draw
from pipeline.benchmark.lengths import lengths
from pipeline.benchmark.letters import balanced, relettered
from pipeline.benchmark.machines import CROISSANT, croissant_text
from pipeline.benchmark.manifest import (
    MANIFEST,
    Manifest,
    Reviewed,
    manifest_text,
)
from pipeline.benchmark.places import KIND, check_version, earlier, source_key
from pipeline.benchmark.review import Review, read_review
from pipeline.benchmark.writing import write_rows
from pipeline.errors import UsageError
from pipeline.publish.dataset import RECIPE_FILE
from pipeline.publish.folder import replacing
from pipeline.publish.reading import samples
from pipeline.recipe_file import load_recipe

OVER_CAP: Final = "over_cap"


@dataclass(frozen=True)
class Order:
    """What is asked for."""

    cap: int
    """Questions of a task at most."""
    version: str
    previous: Path | None = None
    """An earlier version, to say what changed."""
    reviewed: tuple[Path, ...] = ()
    """Sheets that one or two people filled in."""


def build(
    dataset: Path, out: Path, order: Order, progress: Callable[[int], None] = lambda done: None
) -> Manifest:
    """Write a version of a benchmark.

    Args:
        out: replaced whole, if it is an earlier benchmark and not this version with other content.
        progress: told how many rows of the dataset are written or left out.

    Raises:
        UsageError: the dataset is none or has no question that could be chosen, `out` is not ours
            to replace, or a sheet is not of these questions.
        StorageError: reading or writing failed; `out` is as it was.
    """
    source = source_key(dataset, out)
    recipe = load_recipe(dataset / RECIPE_FILE, [])
    candidates, left_out = _candidates(dataset)
    chosen = choose(candidates, order.cap)
    letters = balanced(chosen)
    left_out |= _over_cap(candidates, letters, order.cap)
    review = _review(dataset, letters, order.reviewed)
    for question, decision in (review.decisions if review else {}).items():
        if decision.choice != "keep":
            said = f": {decision.note}" if decision.note else ""
            left_out[question] = (f"review_{decision.choice}", f"a reviewer decided so{said}")
            del letters[question]
    if not letters:
        raise UsageError("the review keeps no question, so there is no benchmark to write")
    before = earlier(order.previous)
    with replacing(out, f"{KIND} {source} {order.version}") as building:
        statistics, written = write_rows(dataset, building, recipe, letters, left_out, progress)
        rows = rows_of(building)
        content = content_hash(rows)
        check_version([out, order.previous or out], order.version, content)
        found = questions_of(building)
        manifest = Manifest(
            version=order.version,
            content=content,
            source=source,
            cap=order.cap,
            questions=len(found),
            videos=len({one.video for one in found}),
            tasks=tasks_of(candidates, found),
            letters=letters_of(found),
            letters_moved=moved(candidates, found),
            before=lengths(candidates),
            after=lengths(found),
            left_out=dict(sorted(Counter(code for code, _ in left_out.values()).items())),
            review=_reviewed(review, len(order.reviewed)),
            changes=before and changes(before[0].version, before[0].content, before[1], rows),
            demitasse=pipeline.__version__,
        )
        plots = draw(building, statistics)
        card = render_card(manifest, recipe, statistics, written, plots)
        (building / "README.md").write_bytes(card.encode())
        title = title_of(manifest, recipe)
        machines = croissant_text(dataset, manifest, recipe, title, statistics, written)
        (building / CROISSANT).write_bytes(machines.encode())
        (building / MANIFEST).write_bytes(manifest_text(manifest).encode())
    return manifest


def _candidates(dataset: Path) -> tuple[list[Candidate], dict[str, tuple[str, str]]]:
    """What could be chosen, and why other test questions could not."""
    found: list[Candidate] = []
    left_out: dict[str, tuple[str, str]] = {}
    for row in samples(dataset, pictures=False):
        one = candidate(row)
        if isinstance(one, Candidate):
            found.append(one)
        elif one != NOT_TEST:
            left_out[row.id] = (one, WHY[one])
    if not found:
        raise UsageError(
            f"{dataset} has no test question with a right answer and three distractors "
            f"({len(left_out)} without): publish it with a larger `publish.test_fraction`"
        )
    return found, left_out


def _over_cap(
    candidates: Sequence[Candidate], chosen: Mapping[str, str], cap: int
) -> Mapping[str, tuple[str, str]]:
    of_task = Counter(one.task for one in candidates)
    return {
        one.id: (OVER_CAP, f"{one.task} has {of_task[one.task]} candidates, {cap} are in")
        for one in candidates
        if one.id not in chosen
    }


def _review(dataset: Path, letters: Mapping[str, str], sheets: Sequence[Path]) -> Review | None:
    if not sheets:
        return None
    expected = {
        row.id: texts(relettered(row, letters[row.id]))
        for row in samples(dataset, pictures=False)
        if row.id in letters
    }
    return read_review(sheets, expected)


def _reviewed(review: Review | None, reviewers: int) -> Reviewed | None:
    return Reviewed(reviewers, review.counts, review.agreement) if review else None
