"""One validation: every row is read once and shown to every rule."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.validation.context import Context
from pipeline.validation.finding import Report
from pipeline.validation.limits import Limits
from pipeline.validation.readers.source import find
from pipeline.validation.rule import Rule
from pipeline.validation.rules.table import RULES

_TOLD_EVERY = 1000


def validate(
    dataset: Path,
    *,
    format_name: str | None = None,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    limits: Limits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Check a dataset, ours or another's.

    Args:
        dataset: a folder, or one file of rows.
        format_name: what its files are; told by their fields otherwise.
        only: names of the rules to apply, all of them where none is named.
        skip: names of rules to leave out.
        limits: thresholds other than the defaults.
        progress: is told the number of rows read, now and then.

    Raises:
        UsageError: there is no such dataset, format or rule.
    """
    rules = _rules(only, skip)
    source = find(dataset, format_name)
    context = Context(source, limits or Limits())
    watches = [(rule, rule.watch(context)) for rule in rules]
    rows = 0
    for row in source.rows(pictures=any(rule.pictures for rule in rules)):
        context.labels.append(row.label)
        rows += not row.rejected
        for rule, watch in watches:
            if rule.rejected or not row.rejected:
                watch.see(row)
        if progress is not None and row.ordinal % _TOLD_EVERY == 0:
            progress(row.ordinal)
    for _, watch in watches:
        watch.finish()
    return Report(
        dataset=str(dataset),
        rows=rows,
        formats=source.formats,
        files=tuple(file.name for file in source.files),
        passed_over=source.passed_over,
        results=tuple(rule.result(watch) for rule, watch in watches),
    )


def _rules(only: Sequence[str], skip: Sequence[str]) -> list[Rule]:
    for name in (*only, *skip):
        if name not in RULES:
            raise UsageError(f"there is no rule {name!r}; there are {', '.join(RULES)}")
    chosen = [r for r in RULES.values() if (not only or r.name in only) and r.name not in skip]
    if not chosen:
        raise UsageError("no rule is left: --skip leaves out all that --only names")
    return chosen
