"""Several evaluations side by side: the same questions, paired, under the same protocol."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import UsageError
from pipeline.evaluation.averages import Score
from pipeline.evaluation.comparison import Comparison, compare
from pipeline.harness.protocols import PROTOCOLS, Measured
from pipeline.harness.results import FILE, FORMAT, QUESTIONS, DatasetFacts, Results
from pipeline.recipe.evaluation import ProtocolName
from pipeline.store import storage_errors


@dataclass(frozen=True)
class Run:
    """One evaluation's folder."""

    folder: Path
    results: Results

    @property
    def name(self) -> str:
        """What tables call it."""
        return f"{self.results.model.label} ({self.folder.name})"


@dataclass(frozen=True)
class Side:
    """One run's questions under one input and protocol."""

    run: Run
    input: str
    scores: tuple[Score, ...]

    @property
    def name(self) -> str:
        """What tables call it."""
        return f"{self.run.name}, {self.input}"


@dataclass(frozen=True)
class Pair:
    """Two sides, and the second against the first."""

    first: Side
    second: Side
    found: Comparison


@dataclass(frozen=True)
class Compared:
    """All sides of one protocol; every later one against the first."""

    protocol: ProtocolName
    measure: Measured
    sides: tuple[Side, ...]
    pairs: tuple[Pair, ...]


def read_run(folder: Path) -> Run:
    """An evaluation that has ended.

    Raises:
        UsageError: the folder holds none, or one of another version.
        StorageError: it cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        raise UsageError(
            f"{folder} has no {FILE}: name folders that demitasse evaluate wrote to its end"
        )
    with storage_errors("read", path):
        text = path.read_bytes()
    try:
        return Run(folder, Results.model_validate_json(text))
    except ValidationError as error:
        raise UsageError(
            f"{path} is of another version (this one writes format {FORMAT}): run its evaluation "
            "again, which asks no model for what is answered"
        ) from error


def check_alike(runs: Sequence[Run], *, common: bool) -> None:
    """Refuse to compare what did not answer the same.

    Args:
        common: only what is common to all runs is wanted, whatever else each of them has.

    Raises:
        UsageError: the questions differ, or a protocol is not in all of them.
    """
    first = runs[0]
    for other in runs[1:]:
        one, two = first.results.dataset, other.results.dataset
        if one.sha256 != two.sha256 and not common:
            raise UsageError(
                f"{first.folder} and {other.folder} answered different questions ({_asked(one)}; "
                f"{_asked(two)}): "
                "--common compares those that are in both"
            )
        ours, theirs = (
            {p.version for p in run.results.inputs[0].protocols} for run in (first, other)
        )
        if not ours & theirs or (ours != theirs and not common):
            raise UsageError(
                f"{first.folder} was graded under {', '.join(sorted(ours))} and {other.folder} "
                f"under {', '.join(sorted(theirs))}: "
                + ("nothing is common" if not ours & theirs else "--common takes what both have")
            )


def _asked(facts: DatasetFacts) -> str:
    """`street 1.1 test, 12`."""
    named = (facts.name, facts.version, facts.split)
    return f"{' '.join(filter(None, named))}, {facts.questions}"


def compared(runs: Sequence[Run]) -> Iterator[Compared]:
    """Every protocol that all runs have, by its primary measure."""
    for protocol in runs[0].results.inputs[0].protocols:
        versions = [{p.version for p in r.results.inputs[0].protocols} for r in runs]
        if not all(protocol.version in found for found in versions):
            continue
        measure = next(
            m for m in PROTOCOLS[protocol.protocol].measures if m.name == protocol.primary
        )
        sides = tuple(side for run in runs for side in _sides(run, protocol.protocol, measure))
        pairs = tuple(
            Pair(sides[0], other, compare(sides[0].scores, other.scores)) for other in sides[1:]
        )
        yield Compared(protocol.protocol, measure, sides, pairs)


def _sides(run: Run, protocol: ProtocolName, measure: Measured) -> Iterator[Side]:
    found: dict[str, list[Score]] = {one.input: [] for one in run.results.inputs}
    path = run.folder / QUESTIONS
    with storage_errors("read", path), path.open(encoding="utf-8") as file:
        for line in map(json.loads, file):
            if line["protocol"] != protocol or line["ending"] == "skipped":
                continue
            values = line["measures"]
            if values and measure.name not in values:
                continue
            found[line["input"]].append(
                Score(
                    id=line["item"],
                    task=line["task"],
                    video=line["video"],
                    score=values[measure.name] - measure.low if values else 0.0,
                    unparsed=not values,
                )
            )
    for label, scores in found.items():
        yield Side(run, label, tuple(scores))
