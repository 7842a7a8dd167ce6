"""A validation as lines of text."""

from collections.abc import Iterator

from pipeline.cli.talk import literal
from pipeline.validation.finding import Finding, Report, RuleResult

_IDS = 2
"""Rows that the table names; the lines below it name them all."""


def report_lines(report: Report) -> Iterator[str]:
    """The table of rules, what they found with the rows that it concerns, and what was left out."""
    formats = ", ".join(report.formats) or "unknown"
    rows, files = _many(report.rows, "row"), _many(len(report.files), "file")
    yield f"{report.dataset}: {rows}, {files}, format {formats}"
    yield ""
    yield from _table(report.results)
    found = [finding for result in report.results for finding in result.findings]
    for finding in sorted(found, key=lambda f: f.severity):
        yield ""
        yield from _finding(finding)
    for result in report.results:
        for note in result.notes:
            yield ""
            yield f"note     {result.rule}: {note}"
    for told in report.passed_over:
        yield ""
        yield f"skipped  {told}"


def _table(results: tuple[RuleResult, ...]) -> Iterator[str]:
    width = max(len(result.rule) for result in results)
    yield f"{'rule':<{width}}  {'checked':>9}  {'errors':>6}  {'warnings':>8}  first"
    for result in results:
        if result.not_applicable is not None:
            yield f"{result.rule:<{width}}  {'':>9}  not applicable: {result.not_applicable}"
            continue
        errors, warnings = result.count("error"), result.count("warning")
        yield (
            f"{result.rule:<{width}}  {result.checked:>9}  {errors or '-':>6}  "
            f"{warnings or '-':>8}  {_first(result.findings)}"
        ).rstrip()


def _first(findings: tuple[Finding, ...]) -> str:
    names = dict.fromkeys(example.row for finding in findings for example in finding.examples)
    return ", ".join(list(names)[:_IDS])


def _finding(finding: Finding) -> Iterator[str]:
    rows = _many(finding.count, "file" if finding.rule == "files" else "row")
    yield f"{finding.severity:<8} {finding.rule}.{finding.code}: {finding.message} ({rows})"
    for example in finding.examples:
        yield f"         {example.row}: {example.detail}"
    if finding.count > len(finding.examples) > 1:
        yield f"         and {finding.count - len(finding.examples)} more: --rows {finding.count}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def next_step(report: Report) -> str:
    """What to do now."""
    errors, warnings = report.count("error"), report.count("warning")
    dataset = literal(report.dataset)
    if errors:
        rule = next(r.rule for r in report.results if r.count("error"))
        command = f"demitasse validate {dataset} --only {rule} --rows 1000 --json"
        told = f"{_many(errors, 'error')}, {_many(warnings, 'warning')}"
        return f"{told}; all of one rule: [bold]{command}[/bold]"
    if warnings:
        rule = next(r.rule for r in report.results if r.count("warning"))
        command = f"demitasse validate {dataset} --only {rule} --rows 1000"
        return f"no errors, {_many(warnings, 'warning')} to look at: [bold]{command}[/bold]"
    if report.formats == ("demitasse",):
        return f"nothing is wrong; load it: [bold]datasets.load_dataset({dataset!r})[/bold]"
    return "nothing is wrong as far as these rules see"
