r"""The number that a reply gives, exactly: `0.50`, `1/2`, `\frac{1}{2}` and `50%` are one number.

Read: whole numbers, decimals, fractions, LaTeX fractions, thousands separated by commas, powers of
ten (`1.5e3`, `1.5 \times 10^{3}`), a percent sign (a hundredth), a currency sign in front, a
degree sign behind. Not read: other units, roots, pi, sums, mixed numbers (`1 1/2`), decimal commas.
"""

import re
from fractions import Fraction
from typing import Final

from pipeline.evaluation.answers.parsed import Parsed, Unparsed
from pipeline.evaluation.answers.stated import missing, stated

_DIGITS: Final = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)"
_EXACT: Final = re.compile(
    rf"(?P<sign>[+-]?)[$€£]?(?:\\d?t?frac\{{(?P<over>-?{_DIGITS})\}}\{{(?P<under>{_DIGITS})\}}"
    rf"|(?P<top>{_DIGITS})(?:/(?P<bottom>{_DIGITS}))?"
    r"(?:e(?P<power>[+-]?\d{1,3})|(?:\\times|\\cdot|[x×*])10\^\{?(?P<ten>-?\d{1,3})\}?)?)"
    r"(?P<percent>\\?%|percent)?(?:°|\^\\circ|\^\{\\circ\})?",
    re.IGNORECASE,
)
_IN_A_SENTENCE: Final = re.compile(
    r"(?:\banswer(?:\s+is)?\s*[:=]?|[:=])\s*(?P<what>[^\s=:](?:[^=:\n]*?\S)?)\s*[.!]?\s*$",
    re.IGNORECASE,
)
_LONGEST: Final = 300
"""Characters of a number; Python refuses to read very long ones, and nobody means them."""
_NO_MEANING: Final = re.compile(
    # A blank between two digits stays: `1 1/2` is not 11/2.
    r"\\[,;!]|\\left|\\right|\\[()\[\]]|~|(?<!\d)\s|\s(?!\d)"
)


def read_number(reply: str) -> Parsed[Fraction] | Unparsed:
    """The number that a reply gives; several equal ones are one."""
    found = stated(reply)
    if isinstance(found, Unparsed):
        return found
    numbers: set[Fraction] = set()
    for text in found.texts:
        number = exact_number(text)
        sentence = _IN_A_SENTENCE.search(text)
        if number is None and sentence is not None:
            number = exact_number(sentence["what"])
        if number is None:
            return missing(text, "number")
        numbers.add(number)
    if len(numbers) > 1:
        return Unparsed("several", f"it gives {', '.join(str(n) for n in sorted(numbers))}")
    return Parsed(numbers.pop())


def exact_number(text: str) -> Fraction | None:
    """The value of a text that is one number, or None where it is not."""
    bare = plain_latex(text)
    match = _EXACT.fullmatch(bare) if len(bare) <= _LONGEST else None
    if match is None:
        return None
    over, under = match["over"] or match["top"], match["under"] or match["bottom"] or "1"
    below = Fraction(under.replace(",", ""))
    if not below:
        return None
    value = Fraction(over.replace(",", "")) / below
    value *= Fraction(10) ** int(match["power"] or match["ten"] or 0)
    if match["percent"]:
        value /= 100
    return -value if match["sign"] == "-" else value


def plain_latex(text: str) -> str:
    """A formula without what does not change its value: dollars, blanks, a stop at the end."""
    bare = text.replace("−", "-").replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac")
    bare = " ".join(bare.split())
    # One dollar is a currency; a pair of them sets a formula.
    if bare.startswith("$") and bare.endswith("$"):
        bare = bare.strip("$")
    bare = _NO_MEANING.sub("", bare.replace("\\$", "$"))
    return bare.rstrip(".") if not re.search(r"\d\.$", bare) else bare[:-1]
