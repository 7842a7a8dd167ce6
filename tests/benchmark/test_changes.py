"""What a version changes against an earlier one, and what makes a question another."""

from dataclasses import replace

from pipeline.benchmark.changes import changes
from pipeline.benchmark.content import content_hash, hashes, row_hash
from pipeline.benchmark.letters import relettered
from tests.publish.exports.rows import TEST_ROW


def test_added_removed_and_changed() -> None:
    before, after = {"q1": "a", "q2": "b", "q3": "c"}, {"q4": "d", "q3": "x", "q1": "a"}
    found = changes("1.0", "hash", before, after)
    assert (found.added, found.removed, found.changed) == (("q4",), ("q2",), ("q3",))
    assert (found.previous, found.previous_content, found.unchanged) == ("1.0", "hash", 1)


def test_a_question_is_another_where_a_reader_sees_another() -> None:
    same = row_hash(TEST_ROW)
    first, *rest = TEST_ROW.core_frames
    for other in (
        replace(TEST_ROW, question="Why?"),
        relettered(TEST_ROW, "A"),
        replace(TEST_ROW, boxes=TEST_ROW.boxes[1:]),
        replace(TEST_ROW, core_frames=(replace(first, sha256="d" * 64), *rest)),
    ):
        assert row_hash(other) != same
    bare = replace(TEST_ROW, core_frames=tuple(replace(f, image=None) for f in (first, *rest)))
    assert row_hash(bare) == same, "with and without its pictures"


def test_the_order_of_questions_does_not_matter() -> None:
    rows = [TEST_ROW, replace(TEST_ROW, id="q3")]
    assert content_hash(hashes(rows)) == content_hash(hashes(reversed(rows)))
    assert content_hash(hashes(rows)) != content_hash(hashes(rows[:1]))
