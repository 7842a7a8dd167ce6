"""The dataset's card: what a reader has to know before trusting it, from the numbers.

Nothing in it depends on when, where or in how many attempts the dataset was built.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from jinja2 import Template

from pipeline import prompts
from pipeline.publish.front_matter import front_matter
from pipeline.publish.limits import known_limits
from pipeline.publish.statistics import SPLITS, UNKNOWN, Statistics
from pipeline.recipe import Identity
from pipeline.records import StageCount
from pipeline.tasks import FAMILY_OF, Task

_TEMPLATE: Final = Path(__file__).with_name("card.md.j2")


@dataclass(frozen=True)
class ModelUse:
    """A model or program, and the prompt that it was asked with."""

    stage: str
    writer: str
    model: str
    prompt: str = ""
    prompt_sha256: str = ""


@dataclass(frozen=True)
class FunnelLine:
    """A stage's row of the funnel."""

    stage: str
    units: int
    kept: int
    rejected: tuple[tuple[str, int], ...]
    failed: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class CardFacts:
    """All that the card is made of, besides the numbers of the data."""

    title: str
    identity: Identity
    recipe_hash: str
    models: tuple[ModelUse, ...]
    """Those that leave no provenance in a sample: captioner, embedder, detector."""
    version: str
    """Demitasse's."""


def public_recipe(title: str, identity: Identity) -> str:
    """The settings as a recipe that anyone may run; no place of the builder's machine in it."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", title).strip("-._") or "dataset"
    settings = _without_places(identity.model_dump(mode="json"))
    return yaml.safe_dump({"name": name, **settings}, sort_keys=False, allow_unicode=True)


def template_sha256() -> str:
    """The hash that makes another wording another dataset."""
    return hashlib.sha256(_TEMPLATE.read_bytes()).hexdigest()


def funnel_lines(counts: Iterable[StageCount]) -> list[FunnelLine]:
    """One line a stage, in the order in which they run."""
    stages: dict[str, list[StageCount]] = {}
    for count in counts:
        stages.setdefault(count.stage, []).append(count)
    return [
        FunnelLine(
            stage=stage,
            units=sum(c.units for c in ended),
            kept=sum(c.units for c in ended if c.status == "kept"),
            rejected=tuple((c.code, c.units) for c in ended if c.status == "rejected"),
            failed=tuple((c.code, c.units) for c in ended if c.status == "failed"),
        )
        for stage, ended in stages.items()
    ]


def render_card(
    facts: CardFacts,
    statistics: Statistics,
    counts: Sequence[StageCount],
    rows: Mapping[str, int],
) -> str:
    """The whole `README.md`, ending in one newline.

    Args:
        rows: of each table, by the stem of its files.
    """
    settings = facts.identity.publish
    rejected = statistics.rejections.total()
    text = _template().render(
        front_matter=front_matter(statistics, rows, settings, facts.title),
        facts=facts,
        statistics=statistics,
        rejected=rejected,
        rows=rows,
        funnel=funnel_lines(counts),
        tasks=[_task_line(task, statistics) for task in Task],
        models=_models(facts, statistics),
        settings=yaml.safe_dump(
            _without_places(facts.identity.model_dump(mode="json")),
            sort_keys=False,
            allow_unicode=True,
        ),
        limits=known_limits(statistics, counts, facts.identity),
        splits=[s for s in SPLITS if statistics.in_split(s)],
        publish=settings,
        unknown=UNKNOWN,
    )
    return text.rstrip("\n") + "\n"


def _task_line(task: Task, statistics: Statistics) -> tuple[str, str, list[int]]:
    return task, FAMILY_OF[task], [statistics.tasks[task, split] for split in SPLITS]


def _models(facts: CardFacts, statistics: Statistics) -> list[ModelUse]:
    asked = {
        ModelUse(p.stage, p.writer, p.model, p.prompt, p.prompt_sha256)
        for p in statistics.provenance
    }
    order = sorted(asked, key=lambda m: (m.stage, m.writer, m.model, m.prompt, m.prompt_sha256))
    return [*facts.models, *order]


def _without_places(value: Any) -> Any:
    """A setting that names a folder of this machine keeps the folder's own name only."""
    if isinstance(value, dict):
        return {key: _without_places(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_without_places(v) for v in value]
    if isinstance(value, str):
        return without_place(value)
    return value


def without_place(name: str) -> str:
    """The last part of an absolute path; any other text as it is."""
    path = Path(name)
    return path.name if path.is_absolute() or name.startswith("~") else name


def _cell(value: object) -> str:
    """Text that cannot break a Markdown table."""
    return " ".join(str(value).split()).replace("|", "\\|")


def _quoted(value: object) -> str:
    """Text that Markdown shows as it is: an indented block."""
    return "\n".join(f"    {line}" for line in str(value).splitlines())


def _template() -> Template:
    environment = prompts.environment().overlay()
    environment.filters = {**environment.filters, "cell": _cell, "quoted": _quoted}
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
