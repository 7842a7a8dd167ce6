"""Single edits that each make an answer false."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise, permutations
from typing import Final

from pipeline.models.coco import LABELS
from pipeline.models.program.distractors.mentions import Mention, find_mentions, rename, splice
from pipeline.models.program.distractors.rules import Rules, find_phrases

Rank = Callable[[str, str], bytes]
"""What two names are sorted by where nothing else decides."""

_MOST_ORDERED: Final = 5
"""Objects whose orders are all tried; of more, only the reversed one."""

_JOINED: Final = re.compile(r"\s*(?:,|and|or|,\s*and|,\s*or)\s*", re.IGNORECASE)


def reordered(
    rules: Rules, question: str, answer: str, together: frozenset[frozenset[str]]
) -> Iterator[str]:
    """The answer with its objects in other orders, the reversed one first.

    Objects trade places only across a word that tells moments apart, or, where the answer has
    none, because the question asks for the order: "a car and a bus" is as true as "a bus and a
    car". Objects that a cited frame shows together trade no places, since each may be at both.

    Args:
        together: pairs of objects that one of the question's frames shows.
    """
    if find_phrases(rules, answer):
        # "The car is left of the bus, then right of it": trading objects says the same as
        # trading sides, and both together would be true.
        return
    mentions = find_mentions(answer)
    labels = [m.label for m in mentions]
    if len(set(labels)) < 2 or len(set(labels)) != len(labels):
        return
    blocks = [0]
    for a, b in pairwise(mentions):
        blocks.append(blocks[-1] + bool(rules.moments.search(answer, a.end, b.start)))
    if blocks[-1] == 0 and rules.asking.search(question):
        blocks = list(range(len(labels)))
    placed = list(zip(labels, blocks, strict=True))
    if any(x != y and frozenset((a, b)) in together for (a, x), (b, y) in combinations(placed, 2)):
        return
    true = _sequence(labels, blocks)
    for changed in _orders(labels):
        if _sequence(changed, blocks) != true:
            yield rename(answer, dict(zip(mentions, changed, strict=True)))


def _orders(labels: Sequence[str]) -> Iterator[tuple[str, ...]]:
    reverse = tuple(reversed(labels))
    yield reverse
    if len(labels) <= _MOST_ORDERED:
        yield from (p for p in permutations(labels) if p != reverse)


def _sequence(labels: Sequence[str], blocks: Sequence[int]) -> list[frozenset[str]]:
    """What comes first, second and so on; within a block there is no order."""
    return [
        frozenset(label for label, b in zip(labels, blocks, strict=True) if b == block)
        for block in range(blocks[-1] + 1)
    ]


def opposed(rules: Rules, answer: str) -> Iterator[str]:
    """The answer with one kind of its phrases turned to other poles, all of them together."""
    found = find_phrases(rules, answer)
    for kind in dict.fromkeys(phrase.kind for phrase in found):
        here = [phrase for phrase in found if phrase.kind == kind]
        if any(_JOINED.fullmatch(answer, a.end, b.start) for a, b in pairwise(here)):
            # "on the left and on the right" turned round is still true.
            continue
        poles = rules.opposites[kind]
        present = tuple(dict.fromkeys(phrase.pole for phrase in here))
        for turned in permutations(range(len(poles)), len(present)):
            # "From left to middle" is on the way from left to right: one change is too few.
            changed = sum(a != b for a, b in zip(present, turned, strict=True))
            if changed < min(2, len(present)):
                continue
            to = dict(zip(present, turned, strict=True))
            text = answer
            for phrase in reversed(here):
                text = splice(text, phrase.start, phrase.end, poles[to[phrase.pole]][phrase.at])
            yield text


def recounted(rules: Rules, answer: str) -> Iterator[str]:
    """The answer with another number word; a hedged number may be true beside the new one."""
    for found in rules.counting.finditer(answer):
        if not rules.hedged.search(answer[: found.start()]):
            for number in rules.numbers:
                if number != found.group().casefold():
                    yield splice(answer, found.start(), found.end(), number)


def replaced(
    rules: Rules, answer: str, present: frozenset[str], only: frozenset[str], rank: Rank
) -> Iterator[str]:
    """The answer naming, for one of the objects in `only`, one that the video does not show.

    Objects of the same family come first, `rank` decides between equals.
    """
    mentions = find_mentions(answer)
    absent = set(LABELS.values()) - present - {m.label for m in mentions}
    choices = [
        (label not in rules.family_of.get(old, frozenset()), rank(old, label), old, label)
        for old in {m.label for m in mentions} & only
        for label in absent
    ]
    for _, _, old, label in sorted(choices):
        yield rename(answer, _all(mentions, old, label))


def _all(mentions: Sequence[Mention], old: str, new: str) -> dict[Mention, str]:
    return {m: new for m in mentions if m.label == old}
