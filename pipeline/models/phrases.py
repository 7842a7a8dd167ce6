"""Phrases as CLIP and its kin were trained to read them: `a photo of a red car`.

Radford et al., "Learning Transferable Visual Models From Natural Language Supervision" (2021),
section 3.1.4: a caption is nearer to what the model saw in training than a bare label. Phrases come
with an article or without, in singular or plural, and the template must not make nonsense of them.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DETERMINERS: Final = _words(
    "a an the this that these those some any no each every another both all many several few my "
    "your his her its our their one two three four five six seven eight nine ten"
)
_AFTER_THE_NOUN: Final = _words(
    "of in on at with without near by under over behind before beside between from for to into "
    "inside outside around against along across above below among holding wearing carrying and or "
    "who that which"
)
_PLURALS: Final = _words("people men women children feet teeth mice geese sheep police")
_SINGULAR_IN_S: Final = _words("gas lens canvas christmas")
_BEGINS_LIKE_YOU: Final = ("uni", "use", "usu", "uten", "eu", "ewe", "one")
_BEGINS_LIKE_A_VOWEL: Final = ("unin", "unim", "hour", "honest", "honor", "honour", "heir")


def photo_of(phrase: str) -> str:
    """`a photo of a red car`, `a photo of the dog`, `a photo of people`."""
    return f"a photo of {_with_article(phrase)}"


def names_something(phrase: str) -> bool:
    """Whether it has a letter or a digit: a model finds boxes for a question mark, too."""
    return any(character.isalnum() for character in phrase)


def _with_article(phrase: str) -> str:
    """The phrase, with an article where its noun stands in the singular and has none."""
    phrase = " ".join(phrase.split())
    words = phrase.casefold().split()
    if not words or words[0] in _DETERMINERS or words[0][0].isdigit() or _is_plural(words):
        return phrase
    return f"{'an' if _sounds_like_a_vowel(words[0]) else 'a'} {phrase}"


def _is_plural(words: list[str]) -> bool:
    """By its head noun, the last word before what is said about it: `dogs in a park`."""
    ends = (i for i, word in enumerate(words) if i and word in _AFTER_THE_NOUN)
    noun = words[next(ends, len(words)) - 1].strip(",.;:")
    if noun in _PLURALS:
        return True
    in_s = len(noun) > 3 and noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
    return in_s and noun not in _SINGULAR_IN_S


def _sounds_like_a_vowel(word: str) -> bool:
    if word.startswith(_BEGINS_LIKE_A_VOWEL):
        return True
    return word[0] in "aeiou" and not word.startswith(_BEGINS_LIKE_YOU)
