"""The tables of `docs/validation.md`, as the code says them.

    python -m tests.validation.tables

writes them into the page anew, between the comments that mark their places.
"""

from pathlib import Path

from pipeline.validation.readers.formats import FORMATS, NAMED
from pipeline.validation.rules.table import RULES

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"


def tables() -> dict[str, str]:
    """Each table under the name of its place."""
    rules = ["| rule | checks | errors | warnings |", "|---|---|---|---|"]
    kinds = ["| finding | | a row, or a file, that ... |", "|---|---|---|"]
    for rule in RULES.values():
        codes = {
            severity: ", ".join(f"`{c}`" for c, k in rule.kinds.items() if k.severity == severity)
            for severity in ("error", "warning")
        }
        rules.append(f"| `{rule.name}` | {rule.checks} | {codes['error']} | {codes['warning']} |")
        kinds += [
            f"| `{rule.name}.{code}` | {kind.severity} | {kind.message} |"
            for code, kind in rule.kinds.items()
        ]
    formats = ["| `--format` | what it is |", "|---|---|"]
    formats += [f"| `{name}` | {FORMATS[name].what} |" for name in NAMED]
    return {"rules": "\n".join(rules), "findings": "\n".join(kinds), "formats": "\n".join(formats)}


def written(page: str) -> str:
    """The page with its tables as they should be."""
    for name, table in tables().items():
        start, mark, rest = page.partition(f"<!-- {name} -->\n")
        _, end, behind = rest.partition("<!-- end -->")
        page = f"{start}{mark}{table}\n{end}{behind}"
    return page


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
