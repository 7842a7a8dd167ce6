"""Which entries are shown: a fair share of each kind, the same each time."""

from collections import Counter

from pipeline.report.choice import choose
from pipeline.report.glance import Glance, gaps_of


def samples(n: int, task: str) -> list[Glance]:
    return [Glance(f"{task}{i}", "sample", task, "train") for i in range(n)]


def others(n: int, stage: str, reason: str) -> list[Glance]:
    return [Glance(f"{stage}{reason}{i}", "rejected", "t", "", stage, reason) for i in range(n)]


def test_all_are_taken_where_there_is_room_for_all() -> None:
    given = [*samples(5, "a"), *others(3, "verdicts", "x")]
    chosen, tally = choose(given, 100)
    assert sorted(g.id for g in chosen) == sorted(g.id for g in given)
    assert (tally.questions(), tally.questions("sample"), tally.questions("rejected")) == (8, 5, 3)


def test_rare_kinds_are_there_and_halves_are_equal() -> None:
    given = [
        *samples(500, "a"),
        *samples(2, "b"),
        *others(400, "verdicts", "x"),
        *others(1, "grounding", "y"),
        Glance("captions:w", "failed", stage="captions", reason="WorkerDied"),
    ]
    chosen, tally = choose(given, 40)
    assert len(chosen) == 40
    assert Counter(g.outcome == "sample" for g in chosen) == {True: 20, False: 20}
    kinds = Counter(g.kind for g in chosen)
    assert kinds["sample", "b", ""] == 2 and kinds["rejected", "grounding", "y"] == 1
    assert kinds["failed", "captions", "WorkerDied"] == 1
    assert tally.units == {("failed", "captions", "WorkerDied"): 1}
    # Cut short anywhere, both halves are still there.
    assert Counter(g.outcome == "sample" for g in chosen[:10])[True] in (4, 5, 6)


def test_what_one_half_does_not_need_the_other_gets() -> None:
    assert len(choose([*samples(100, "a"), *others(3, "verdicts", "x")], 20)[0]) == 20
    assert len(choose([*samples(3, "a"), *others(100, "verdicts", "x")], 20)[0]) == 20
    assert [g.id for g in choose(samples(9, "a"), 1)[0]] == [choose(samples(9, "a"), 9)[0][0].id]


def test_the_choice_follows_from_ids_alone() -> None:
    given = [*samples(200, "a"), *others(200, "verdicts", "x")]
    first = [g.id for g in choose(given, 30)[0]]
    assert [g.id for g in choose(given[::-1], 30)[0]] == first
    more = choose([*given, *samples(1, "zzz")], 30)[0]
    assert len(set(first) & {g.id for g in more}) >= 29


def test_gaps_are_between_neighbours_in_time() -> None:
    assert gaps_of([4.0, 1.0, 2.5]) == (1.5, 1.5)
    assert gaps_of([4.0]) == gaps_of([]) == ()
