"""Cohen's kappa against its published example and at its ends."""

from pipeline.benchmark.agreement import agreement


def test_two_raters_of_fifty() -> None:
    """Both yes 20, only the first 5, only the second 10, both no 15: observed 0.7, chance 0.5."""
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = agreement(first, second)
    assert (found.questions, found.same, found.kappa) == (50, 35, 0.4)


def test_the_ends() -> None:
    assert agreement(["keep", "fix"], ["keep", "fix"]).kappa == 1
    assert agreement(["keep", "fix"], ["fix", "keep"]).kappa == -1
    assert agreement(["keep", "keep"], ["keep", "keep"]).kappa is None
    assert agreement(["keep", "keep"], ["keep", "fix"]).kappa == 0
