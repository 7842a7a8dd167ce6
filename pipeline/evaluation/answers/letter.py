"""The option that a reply chooses.

Anchored rules, tried in this order; the first that finds anything decides:

1. The reply says that it answers: `Answer: C`, `The answer is (B).`, `It is B because ..`, `B is
   correct`.
2. The text, or what it says the answer is, equals one option's text.
3. A line is a letter and nothing else (`B`, `(b)`, `**B**`, `B.`, `Option B`), or begins with a
   marked one (`B. A red car`, `(B) a red car`, `B: ..`, `B - ..`, `B, because ..`).

Where the rule finds letters that differ, the reply is unparsed. `A man walks` chooses nothing: a
letter without a mark counts only at the end, before punctuation, or before a word like `because`.
Upstream takes the first of A to D anywhere in the text, so `Answer: C` was graded as A.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.evaluation.answers.parsed import Parsed, Unparsed
from pipeline.evaluation.answers.stated import missing, stated
from pipeline.evaluation.choices import LETTERS, read_label

_ORNAMENT: Final = re.compile(r"\\(?:text|mathrm|mathbf|textbf)\{([^{}]*)\}|[*_`$]+|\\[()\[\]]")
_AND: Final = r"\s*(?:,|/|&|\band\b|\bor\b)\s*"
_ONE: Final = r"[(\[\"']?(?:(?:option|choice)\s+)?[(\[\"']?[A-H]\b[)\]\"']*"
_SAID: Final = re.compile(
    r"\b(?:answer|ans\.?|choice|option|choose|pick|select(?:ed)?|it\s+is|it's)"
    r"(?:\s+(?:to\s+(?:the|this)\s+question\s+)?(?:is|was|would\s+be|should\s+be|must\s+be))?"
    r"\s*:?\s*(?:option|choice|letter)?\s*"
    rf"(?P<all>{_ONE}(?:{_AND}{_ONE})*)"
    r"(?=\s*(?:$|[.,;:!()\]\n\-–—]|(?:because|since|as|for|given|due|which|based)\b))",
    re.IGNORECASE,
)
_CORRECT: Final = re.compile(
    rf"\b(?P<all>{_ONE}(?:{_AND}{_ONE})*)\s+(?:is|are)\s+(?:the\s+)?(?:correct|right|best)\b",
    re.IGNORECASE,
)
_SAYING: Final = re.compile(
    r"^(?:so,?\s+|thus,?\s+|therefore,?\s+)?(?:the\s+|my\s+)?(?:final\s+|correct\s+|best\s+|right\s+)*"
    r"answer(?:\s+is)?\s*:?\s*(?P<what>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ALONE: Final = re.compile(
    rf"(?:(?:option|choice)\s+)?(?P<all>[(\[\"']?[A-Ha-h][)\]\"']*(?:{_AND}[(\[\"']?[A-H][)\]\"']*)*)"
    r"[.):!,]*",
    re.IGNORECASE,
)
_LABELLED: Final = re.compile(
    r"(?:(?:option|choice)\s+)?(?:[(\[](?P<held>[A-Ha-h])[)\]][.:]*|(?P<free>[A-H])(?:[.):]+|\s+[-–—]))\s+\S"
    r"|(?P<reasoned>[A-H])[,;]?\s+(?:because|since)\b"
)
_LONE_LETTER: Final = re.compile(r"\b[A-H]\b", re.IGNORECASE)


def read_choice(
    reply: str, options: Sequence[str] = (), *, count: int | None = None
) -> Parsed[str] | Unparsed:
    """The letter of the option that a reply chooses.

    Args:
        options: their texts in order, labelled or not; without them, texts are not compared.
        count: how many options there are where their texts are not known; else up to eight.
    """
    found = stated(reply)
    if isinstance(found, Unparsed):
        return found
    letters: set[str] = set()
    for text in found.texts:
        letters |= _letters(_plain(text), options)
    if not letters:
        return missing(" ".join(found.texts), "letter")
    if len(letters) > 1:
        return Unparsed("several", f"it gives {', '.join(sorted(letters))}")
    (letter,) = letters
    known = len(options) or count or len(LETTERS)
    if letter not in LETTERS[:known]:
        return Unparsed("outside", f"{letter} is none of {known} options")
    return Parsed(letter)


def strict_letter(answer: str) -> str:
    """The answer as VideoAuto-R1's grader normalises it, to be compared as text.

    `A`, `(a)`, `A)` and `A:` become `A`; `A.`, `A. text` and `(A).` stay as they are and are wrong.
    """
    text = answer.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    return text.removesuffix(":").removesuffix(")").strip().upper()


def _plain(text: str) -> str:
    while (plain := _ORNAMENT.sub(lambda m: m[1] or "", text)) != text:
        text = plain
    return text.replace("：", ":").strip()


def _letters(text: str, options: Sequence[str]) -> set[str]:
    """Every letter that the first rule which finds any finds."""
    for whole in (_alone(text), _of_option(text, options), _named(text, options)):
        if whole:
            return whole
    claims = (*_SAID.finditer(text), *_CORRECT.finditer(text))
    if said := {letter for m in claims for letter in _capitals(m["all"])}:
        return said
    saying = _SAYING.match(text)
    if saying and (said := _of_option(saying["what"], options) or _named(saying["what"], options)):
        return said
    return {letter for line in text.splitlines() for letter in _named(line, options)}


def _capitals(text: str) -> Iterator[str]:
    """Letters as they were written: in running text `a` is an article."""
    yield from (m[0] for m in _LONE_LETTER.finditer(text) if m[0].isupper())


def _of_option(text: str, options: Sequence[str]) -> set[str]:
    wanted = normal_text(text)
    return {
        letter
        for letter, option in zip(LETTERS, options, strict=False)
        if wanted and wanted in (normal_text(option), normal_text(read_label(option)[1]))
    }


def _alone(line: str) -> set[str]:
    match = _ALONE.fullmatch(line)
    return {m[0].upper() for m in _LONE_LETTER.finditer(match["all"])} if match else set()


def _named(line: str, options: Sequence[str]) -> set[str]:
    """The letters of a line that is nothing but letters, or that begins with a marked one."""
    line = line.strip().removeprefix("- ")
    if alone := _alone(line):
        return alone
    labelled = _LABELLED.match(line)
    if labelled is None:
        return set()
    letter = (labelled["held"] or labelled["free"] or labelled["reasoned"]).upper()
    if "\n" in line:
        return set()
    return {letter} | _of_option(line[labelled.end() - 1 :], options)


def normal_text(text: str) -> str:
    """A text for comparison: case, blanks and the stop at its end do not count."""
    return " ".join(text.casefold().split()).strip("\"'").rstrip(".!").strip()
