"""What reviewers decided: read strictly, told by row, put together."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipeline.benchmark.cells import COLUMNS, safe, same, texts
from pipeline.benchmark.review import read_review
from pipeline.errors import InputError
from tests.publish.exports.rows import TEST_ROW

EXPECTED: dict[str, dict[str, str]] = {
    name: texts(TEST_ROW) | {"id": name, "question": question}
    for name, question in (("q1", "=1+1?"), ("q2", 'Why, "so"?\nSay.'), ("q3", "Où?"))
}


def sheet(
    folder: Path, decisions: Sequence[tuple[str, str]], *, name: str = "review.csv", **changed: str
) -> Path:
    """A sheet with a decision and a note a question; `changed` replaces cells of the last."""
    rows: list[Mapping[str, str]] = [
        {k: safe(v) for k, v in told.items()} | {"decision": decision, "note": note}
        for told, (decision, note) in zip(EXPECTED.values(), decisions, strict=False)
    ]
    rows[-1] = {**rows[-1], **changed}
    path = folder / name
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_one_reviewer(tmp_path: Path) -> None:
    path = sheet(tmp_path, [("keep", ""), ("Fix", "the dog is a wolf"), ("REJECT", "")])
    found = read_review([path], EXPECTED)
    assert [d.choice for d in found.decisions.values()] == ["keep", "fix", "reject"]
    assert found.decisions["q2"].note == "the dog is a wolf"
    assert found.counts == {"keep": 1, "fix": 1, "reject": 1} and found.agreement is None


def test_of_two_the_stricter_counts(tmp_path: Path) -> None:
    one = sheet(tmp_path, [("keep", ""), ("keep", "fine"), ("reject", "wrong")], name="one.csv")
    two = sheet(tmp_path, [("keep", ""), ("fix", "typing"), ("keep", "")], name="two.csv")
    found = read_review([one, two], EXPECTED)
    assert [d.choice for d in found.decisions.values()] == ["keep", "fix", "reject"]
    assert found.decisions["q2"].note == "fine; typing"
    assert found.agreement is not None and found.agreement.same == 1
    with pytest.raises(InputError, match="3 sheets are given"):
        read_review([one, two, one], EXPECTED)
    with pytest.raises(InputError, match="is given twice"):
        read_review([one, one], EXPECTED)


KEPT = [("keep", "")] * 3


@pytest.mark.parametrize(
    ("decisions", "changed", "said"),
    [
        (KEPT, {"id": "q9"}, r"row 4: 'q9' is no question that is chosen"),
        (KEPT, {"id": "q1"}, r"row 4: q1 is there twice"),
        (KEPT, {"question": "Where?"}, r"row 4: the text in `question` was changed"),
        (KEPT, {"letter": "A"}, r"row 4: the text in `letter` was changed"),
        (KEPT, {"options": "A. Rain starts."}, r"row 4: the text in `options` was changed"),
        ([("keep", ""), ("", ""), ("keep", "")], {}, r"row 3: the decision is .* there is none"),
        ([("keep", ""), ("ok", ""), ("keep", "")], {}, r"row 3: .* 'ok' is none"),
        ([("keep", ""), ("fix", ""), ("keep", "")], {}, r"row 3: `fix` needs a `note`"),
        (KEPT[:2], {}, r"has no row of q3"),
    ],
)
def test_what_cannot_be_meant_is_told(
    decisions: list[tuple[str, str]], changed: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=said):
        read_review([sheet(tmp_path, decisions, **changed)], EXPECTED)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "plain", "a=b"])
def test_no_text_is_a_formula(text: str) -> None:
    assert safe(text)[0] not in "=+-@\t\r\n"
    assert same(safe(text), text) and same(text, text) and not same(f"{text}!", text)
    assert same(safe(text).replace(" ", "\r\n"), text)
