"""The documentation's tables are what the code says."""

from pipeline.validation.rules.table import RULES
from tests.validation.tables import PAGE, tables, written


def test_the_page_has_the_tables_of_the_code() -> None:
    page = PAGE.read_text()
    assert all(f"<!-- {name} -->" in page for name in tables())
    assert written(page) == page, "python -m tests.validation.tables writes them anew"


def test_a_rule_says_what_it_is() -> None:
    for name, rule in RULES.items():
        assert rule.name == name and rule.checks and rule.needs and rule.kinds
        for kind in rule.kinds.values():
            assert kind.message[0].islower() and not kind.message.endswith(".")
