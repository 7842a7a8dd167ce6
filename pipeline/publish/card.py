"""The dataset's card: what a reader has to know before trusting it, from the numbers.

Nothing in it depends on when, where or in how many attempts the dataset was built.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Template

from pipeline import prompts
from pipeline.publish import number_tables as numbers
from pipeline.publish import pass_rates
from pipeline.publish import settings_table as settings
from pipeline.publish.drawing import Plot
from pipeline.publish.facts import CardFacts, models_of
from pipeline.publish.front_matter import front_matter
from pipeline.publish.licences import UNKNOWN
from pipeline.publish.limits import known_limits
from pipeline.publish.plots import SHOWN
from pipeline.publish.statistics import SPLITS, Statistics
from pipeline.publish.tables import TABLES, WrittenSplit, of_table
from pipeline.recipe import EndpointModel
from pipeline.records import StageCount

_TEMPLATE: Final = Path(__file__).with_name("card.md.j2")
_BACKTICKS: Final = re.compile(r"`{3,}")


@dataclass(frozen=True)
class FunnelLine:
    """A stage's row of the funnel."""

    stage: str
    units: int
    kept: int
    rejected: tuple[tuple[str, int], ...]
    failed: tuple[tuple[str, int], ...]


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
    written: Sequence[WrittenSplit],
    plots: Mapping[str, Plot],
) -> str:
    """The whole `README.md`, ending in one newline.

    Args:
        written: what lies in the folder, for the front matter and the snippet that loads it.
        plots: the drawings that lie there too, by name.
    """
    identity = facts.identity
    text = _template().render(
        front_matter=front_matter(statistics, written, identity.publish, facts.title),
        facts=facts,
        summary=facts.summary(statistics.samples),
        statistics=statistics,
        numbers=numbers,
        pass_rates=pass_rates,
        rollouts=identity.rollouts,
        plots=plots,
        shown=SHOWN,
        rejected=statistics.rejections.total(),
        funnel=funnel_lines(counts),
        tables=[(table, splits) for table in TABLES if (splits := of_table(written, table))],
        models=models_of(facts, statistics),
        tokens=statistics.tokens.totals(),
        unasked=[
            stage
            for stage, model in (
                ("captions", identity.captioner),
                ("detections", identity.detector),
            )
            if isinstance(model, EndpointModel)
        ],
        asked=settings.of_models(identity),
        thresholds=settings.thresholds(identity),
        settings=settings.as_recipe(facts),
        limits=known_limits(statistics, counts, identity),
        splits=[s for s in SPLITS if statistics.in_split(s)],
        publish=identity.publish,
        unknown=UNKNOWN,
    )
    return text.rstrip("\n") + "\n"


def _cell(value: object) -> str:
    """Text that cannot break a Markdown table."""
    return " ".join(str(value).split()).replace("|", "\\|")


def _quoted(value: object) -> str:
    """Text that Markdown shows as it is: an indented block."""
    return "\n".join(f"    {line}" for line in str(value).splitlines())


def _fenced(value: object) -> str:
    """Text in a fence that it cannot close."""
    text = str(value)
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(text)), default=2))
    return "\n".join([f"{fence}text", text.removesuffix("\n"), fence])


def _template() -> Template:
    environment = prompts.environment().overlay()
    own = {"cell": _cell, "quoted": _quoted, "fenced": _fenced}
    environment.filters = {**environment.filters, **own}
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
