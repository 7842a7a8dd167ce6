"""Multiple choice: options that differ, a letter that is one of theirs, the answer at it."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from pipeline.evaluation.choices import LETTERS, chosen, read_label, read_letter
from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Flaw, Rule, Watch

_GRADED: Final = ("video-r1", "verl")
"""Their rewards compare the letter as text: `A.` is not `A`."""
_OURS: Final = 4


class _Options(Watch):
    """Also learns how many options a row of this dataset has."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._sizes: Counter[int] = Counter()
        self._first: dict[int, str] = {}

    def see(self, row: Row) -> None:
        if row.options is None and not _must_choose(row):
            return
        self.judge(row, _flaws(row))
        size = len(row.options or ())
        if size:
            self._sizes[size] += 1
            self._first.setdefault(size, row.label)

    def finish(self) -> None:
        usual = max(self._sizes, key=lambda size: (self._sizes[size], size), default=0)
        for size, rows in sorted(self._sizes.items()):
            if size != usual:
                told = f"{rows} rows have {size} options, {self._sizes[usual]} have {usual}"
                self.tally.add("count_differs", self._first[size], told)


def _must_choose(row: Row) -> bool:
    """A letter without options; our test split has options in every row."""
    return row.letter is not None or (row.format == "demitasse" and row.split == "test")


def _flaws(row: Row) -> Iterator[Flaw]:
    if not row.options:
        told = "the letter has no options" if row.letter else "a row of the test split has none"
        yield Flaw("none", told)
        return
    if row.format == "demitasse" and len(row.options) != _OURS:
        yield Flaw("not_four", f"it has {len(row.options)}")
    yield from _listed(row.options)
    if row.inline_options:
        told = "; one has a comma in it" if any("," in o for o in row.options) else ""
        yield Flaw("joined", f"{len(row.options)} options on one line{told}")
    yield from _answered(row, row.options)


def _listed(options: tuple[str, ...]) -> Iterator[Flaw]:
    read = [read_label(option) for option in options]
    labels, texts = [label for label, _ in read], [" ".join(t.casefold().split()) for _, t in read]
    if len(options) == 1:
        yield Flaw("too_few", f"the only option is {options[0][:60]!r}")
    for text, count in Counter(texts).items():
        if not text:
            yield Flaw("empty", "an option has no text")
        elif count > 1:
            yield Flaw("repeated", f"{text[:60]!r} is there {count} times")
    if all(labels) and "".join(label or "" for label in labels) != LETTERS[: len(options)]:
        yield Flaw("mislabelled", f"they are called {', '.join(label or '' for label in labels)}")
    for label, (_, text) in zip(labels, read, strict=True):
        again, _ = read_label(text)
        if label and again == label:
            yield Flaw("doubled_label", f"an option says {label} twice")


def _answered(row: Row, options: tuple[str, ...]) -> Iterator[Flaw]:
    if row.letter is None:
        yield Flaw("no_letter", "no letter says which option is right")
        return
    letter = read_letter(row.letter)
    text = chosen(options, row.letter)
    if letter is None or text is None:
        yield Flaw("letter", f"{row.letter[:40]!r} is no letter of {len(options)} options")
        return
    if row.format in _GRADED and not letter.bare:
        yield Flaw("letter_form", f"{row.letter[:40]!r} is graded as text, not as a letter")
    if row.answer is not None and row.answer != row.letter and _plain(row.answer) != _plain(text):
        yield Flaw("answer_elsewhere", f"{letter.letter} is {text[:50]!r}, not {row.answer[:50]!r}")


def _plain(text: str) -> str:
    return " ".join(read_label(text)[1].casefold().split()).rstrip(".")


OPTIONS = Rule(
    name="options",
    checks="options differ, are labelled in order, and the letter is one of theirs, the answer's",
    needs="options or a letter",
    kinds={
        "none": Kind("error", "has no options where it must"),
        "too_few": Kind("error", "has a single option"),
        "not_four": Kind("error", "has not four options"),
        "empty": Kind("error", "has an option without text"),
        "repeated": Kind("error", "has an option twice"),
        "mislabelled": Kind("error", "has options whose labels are not A, B, C in order"),
        "no_letter": Kind("error", "has options and no letter"),
        "letter": Kind("error", "has a letter that is none of its options'"),
        "answer_elsewhere": Kind("error", "has another answer than the option at its letter"),
        "doubled_label": Kind("warning", "has an option whose label is there twice"),
        "joined": Kind("warning", "has its options in one line of text"),
        "letter_form": Kind("warning", "has a letter with something beside it"),
        "count_differs": Kind("warning", "has another number of options than most rows"),
    },
    watch=_Options,
)
