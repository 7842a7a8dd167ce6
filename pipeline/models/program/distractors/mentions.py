"""Where a text names objects, and how to name another in the same grammatical form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from pipeline.models.coco import LABELS, label_for, many, one

Form = Literal["one", "many", "bare"]
"""With its article, as a plural, or just the name (after `the`, for instance)."""

_WORD: Final = re.compile(r"[\w-]+")
_LONGEST: Final = 4
"""Words of the longest form, `a pair of skis`."""

_PLURALS: Final = frozenset({"men", "women", "children"})


@dataclass(frozen=True)
class Mention:
    """One object's name in a text."""

    start: int
    end: int
    label: str
    form: Form

    def text(self, label: str) -> str:
        """Another object's name in this form."""
        if self.form == "bare":
            return label
        return one(label) if self.form == "one" else many(label)


@lru_cache(maxsize=1 << 14)
def find_mentions(text: str) -> tuple[Mention, ...]:
    """All names of objects, in the order of the text, longest first where they overlap."""
    words = list(_WORD.finditer(text))
    found = []
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST, len(words) - at), 0, -1):
            start, end = words[at].start(), words[at + size - 1].end()
            known = _form(text[start:end])
            if known is not None:
                found.append(Mention(start, end, *known))
                at += size
                break
        else:
            at += 1
    return tuple(found)


def labels_in(text: str) -> frozenset[str]:
    """The objects that a text names."""
    return frozenset(mention.label for mention in find_mentions(text))


def rename(text: str, mentions: Mapping[Mention, str]) -> str:
    """The text with these mentions naming other objects; capitals stay where they were."""
    for mention, label in sorted(mentions.items(), key=lambda m: -m[0].start):
        text = splice(text, mention.start, mention.end, mention.text(label))
    return text


def splice(text: str, start: int, end: int, new: str) -> str:
    """Put `new` in the place of a stretch, with a capital where that had one."""
    if text[start].isupper():
        new = new[0].upper() + new[1:]
    return text[:start] + new + text[end:]


def _form(phrase: str) -> tuple[str, Form] | None:
    key = " ".join(phrase.casefold().split())
    if key in _FORMS:
        return _FORMS[key]
    article, _, rest = key.partition(" ")
    if article in ("a", "an") and rest:
        label = label_for(rest)
        return (label, "one") if label else None
    # `the` stays in the text, so a mention never starts with it.
    label = None if article == "the" else label_for(key)
    if label is None:
        return None
    plural = key in _PLURALS or label_for(many(key)) is None
    return label, "many" if plural else "bare"


def _forms() -> dict[str, tuple[str, Form]]:
    forms: dict[str, tuple[str, Form]] = {}
    for label in LABELS.values():
        forms[label] = label, "bare"
        forms.setdefault(many(label).casefold(), (label, "many"))
        forms[one(label).casefold()] = label, "one"
    return forms


_FORMS: Final = _forms()
