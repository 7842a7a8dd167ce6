"""What must hold of a question about a route, whoever wrote it.

Each rule refuses a fault that was counted in Ego-ST's 630 published training rows: 223 reason
about another category than they are asked for, 119 have fewer than four options, 18 double a
prefix, and options stand comma-joined in the question, where none can tell them apart.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.models.program.routes.agreement import disagreement
from pipeline.models.program.routes.false_orders import reversed_order
from pipeline.models.program.routes.kinds import category_of, has_choices, is_route_task, opposite
from pipeline.models.program.routes.phrases import read, told
from pipeline.records import RoutePath
from pipeline.stages.lettering import LETTERS
from pipeline.stages.selection_rules.finding import Finding
from pipeline.stages.selection_rules.views import Case, Choices

_LEAST: Final = 4
"""Options of a question."""
_PREFIX: Final = re.compile(r"\s*\(?[A-Ha-h][.):]\s")
_INLINED: Final = re.compile(r"(?:^|[\s(,;?])A[.):]\s.+[\s(,;]B[.):]\s", re.DOTALL)
_DOUBLED: Final = re.compile(r"^\W*(\w+(?:\W+\w+){0,3}[:.?!])\s+\1(?=\s|$)", re.IGNORECASE)


def route_findings(case: Case, cases: Sequence[Case]) -> Iterator[Finding | None]:
    """What each rule says of one question; nothing of one that is about no route.

    Args:
        cases: all of the video, among them the question's opposite.
    """
    if case.route is None or not is_route_task(case.asked.task):
        return
    yield other_route(case, case.route)
    yield other_category(case, cases)
    yield inlined_options(case)
    yield doubled_prefix(case)
    if has_choices(case.asked.task):
        yield from _of_choices(case, case.choices)


def other_route(case: Case, path: RoutePath) -> Finding | None:
    """The answer is not the route's."""
    message = disagreement(case.answer, path, case.asked.task)
    return Finding("other_route", message) if message else None


def other_category(case: Case, cases: Sequence[Case]) -> Finding | None:
    """The reasoning does not answer the opposite question first, or one of another category."""
    assert case.reasoned is not None
    text, task = case.reasoned.text, case.asked.task
    same_route = [c.asked for c in cases if c.asked.group == case.asked.group]
    for other in same_route:
        strange = category_of(other.task) != category_of(task)
        if strange and other.question in text:
            return Finding(
                "other_category",
                f"the question is about {_words(task)}, and the reasoning answers one about "
                f"{_words(other.task)}: {other.question!r}",
            )
    if not any(o.task is opposite(task) and o.question in text for o in same_route):
        return Finding(
            "no_reverse_thinking",
            f"the reasoning does not answer the opposite question about {_words(task)} first",
        )
    return None


def inlined_options(case: Case) -> Finding | None:
    """Options stand in the question itself."""
    if _INLINED.search(case.asked.question):
        return Finding(
            "inlined_options",
            "the question has its options in its own text, where they cannot be told apart",
        )
    return None


def doubled_prefix(case: Case) -> Finding | None:
    """A text that begins twice with the same words."""
    for name, text in (*case.text.parts, *(("option", o) for o in _texts(case))):
        if _DOUBLED.match(text):
            return Finding("doubled_prefix", f"the {name} begins twice alike: {text[:60]!r}")
    return None


def _texts(case: Case) -> tuple[str, ...]:
    return case.choices.options if case.choices else ()


def _of_choices(case: Case, choices: Choices | None) -> Iterator[Finding | None]:
    category = category_of(case.asked.task)
    shown = choices.options if choices else ()
    if choices is None or len(shown) < _LEAST:
        yield Finding("too_few_options", f"it has {len(shown)} options, and needs {_LEAST}")
        return
    if len({" ".join(o.casefold().split()) for o in shown}) < len(shown):
        yield Finding("same_options", f"two options are the same: {list(shown)}")
    orders = [None if _PREFIX.match(o) else read(o, category) for o in shown]
    if None in orders:
        strange = shown[orders.index(None)]
        yield Finding("unreadable_option", f"the option {strange!r} tells no order")
    at = LETTERS.find(choices.letter)
    if not 0 <= at < len(shown) or shown[at] != case.answer:
        yield Finding(
            "wrong_letter", f"the letter {choices.letter!r} does not stand for the answer"
        )
    true = read(case.answer, category)
    hard = reversed_order(true) if true else None
    if hard is not None and hard not in orders:
        yield Finding(
            "no_reversed_option", f"no option has the order reversed: {told(hard, category)!r}"
        )


def _words(task: str) -> str:
    return task.replace("_", " ")
