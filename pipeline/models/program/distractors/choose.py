"""False answers beside a true one."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest
from typing import Final

from blake3 import blake3

from pipeline.models.program.distractors.edits import opposed, recounted, reordered, replaced
from pipeline.models.program.distractors.mentions import labels_in
from pipeline.models.program.distractors.rules import Rules

_PER_KIND: Final = 12
"""Candidates taken of one kind of edit; more would only be other names."""

_SPACE_AND_MARKS: Final = re.compile(r"[\W_]+")
_CLAUSES: Final = re.compile(r"[,;:]|\band\b", re.IGNORECASE)


def gist(rules: Rules, text: str) -> tuple[tuple[str, ...], ...]:
    """What a text says, moment by moment, in whatever order a moment's things are listed.

    "On the left a car and on the right a car" is one statement with its sides exchanged, so
    texts of one gist count as the same.
    """
    return tuple(
        tuple(sorted(filter(None, map(_normal, _CLAUSES.split(moment)))))
        for moment in rules.moments.split(text)
    )


def _normal(clause: str) -> str:
    return _SPACE_AND_MARKS.sub(" ", clause.casefold()).strip()


def distractors(
    rules: Rules,
    *,
    question: str,
    answer: str,
    present: frozenset[str],
    together: frozenset[frozenset[str]],
    true: Iterable[str],
    max_length_ratio: float,
    count: int,
    seed: str,
) -> list[str]:
    """At most `count` false answers, fewer where the rules make no more.

    Args:
        present: the objects that the video shows.
        together: pairs of objects that one of the question's frames shows.
        true: other statements that hold for the video; none of them can be a distractor.
        max_length_ratio: longest over shortest of all four texts, in characters.
        seed: decides between candidates that are equally good.
    """
    taken = {gist(rules, text) for text in (answer, *true)}
    chosen: list[str] = []
    for text in _candidates(rules, question, answer, present, together, seed):
        lengths = [len(t) for t in (answer, text, *chosen)]
        said = gist(rules, text)
        if said in taken or max(lengths) > max_length_ratio * min(lengths):
            continue
        taken.add(said)
        chosen.append(text)
        if len(chosen) == count:
            break
    return chosen


def _candidates(
    rules: Rules,
    question: str,
    answer: str,
    present: frozenset[str],
    together: frozenset[frozenset[str]],
    seed: str,
) -> Iterator[str]:
    """The hardest first: those that name only what the question or the video allows."""

    def rank(*what: str) -> bytes:
        return place(seed, *what)

    asked = labels_in(question)
    named = labels_in(answer)
    orders = list(islice(reordered(rules, question, answer, together), _PER_KIND))
    turned = list(islice(opposed(rules, answer), _PER_KIND))
    orders[1:] = sorted(orders[1:], key=rank)
    turned.sort(key=rank)
    counts = sorted(recounted(rules, answer), key=rank)
    others = islice(replaced(rules, answer, present, named - asked, rank), _PER_KIND)
    yield from _in_turn(orders, turned, others, counts)

    # A name that the question does not have is easy to strike out; crossed with the edits
    # above, at least the rest of the sentence does not tell which is true.
    crossed = (
        islice(replaced(rules, text, present, named & asked, rank), 2) for text in turned + orders
    )
    plain = islice(replaced(rules, answer, present, named & asked, rank), _PER_KIND)
    yield from _in_turn(plain, chain.from_iterable(crossed))


def _in_turn(*kinds: Iterable[str]) -> Iterator[str]:
    """The first of every kind, then the second of every kind, and so on."""
    for texts in zip_longest(*kinds):
        yield from (text for text in texts if text is not None)


def place(*what: str) -> bytes:
    """A hash to sort by: no order that a reader could learn."""
    return blake3("\n".join(what).encode()).digest(length=8)
