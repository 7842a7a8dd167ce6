r"""The three forms in which models are taught to reply, whole: anything else is malformed.

| form | text | source |
|---|---|---|
| `answer-think-answer` | `\boxed{a1}<think>..</think>\boxed{a2}` | VideoAuto-R1 |
| `think-answer` | `<think>..</think> <answer>..</answer>` | Ego-ST, Video-R1, our exports |
| `thinking-answer` | `<thinking>..</thinking><answer>..</answer>` | Pause-and-Think |

Between the parts only blanks may stand: text before the first box would be reasoning that no gate
can leave out. Reasoning and answers are not empty, and no part is there twice.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.evaluation.answers.boxed import boxes
from pipeline.evaluation.answers.parsed import Parsed, Unparsed

Form = Literal["answer-think-answer", "think-answer", "thinking-answer"]
FORMS: Final[tuple[Form, ...]] = ("answer-think-answer", "think-answer", "thinking-answer")

FALLBACK: Final = "Let's analyze the problem step by step"
"""What stands in the first box where a model does not answer before it has reasoned."""
FALLBACK_START: Final = "Let's analyze"
"""What VideoAuto-R1's released code takes for it."""

_THINK: Final = re.compile(r"<think>(.*?)</think>", re.DOTALL)
_TAG: Final = re.compile(r"</?(?:think|thinking|answer)>")
_TAGGED: Final = {
    "think-answer": re.compile(r"\s*<think>(.*?)</think>\s*<answer>(.*?)</answer>\s*", re.DOTALL),
    "thinking-answer": re.compile(
        r"\s*<thinking>(.*?)</thinking>\s*<answer>(.*?)</answer>\s*", re.DOTALL
    ),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply in one of the forms."""

    first: str | None
    """The answer before the reasoning; None in the forms that have none."""
    thought: str
    answer: str
    """The answer after the reasoning."""


def read_reply(text: str, form: Form) -> Parsed[Reply] | Unparsed:
    """The parts of a reply, if it has this form from beginning to end."""
    if form == "answer-think-answer":
        return _read_twice(text)
    match = _TAGGED[form].fullmatch(text)
    if match is None:
        return Unparsed("malformed", f"it is not in the form {form}")
    thought, answer = match[1].strip(), match[2].strip()
    if not thought or not answer:
        return Unparsed("empty", f"{'the answer' if thought else 'the reasoning'} is empty")
    if _TAG.search(thought) or _TAG.search(answer):
        return Unparsed("malformed", "it has a tag inside of a tag")
    return Parsed(Reply(None, thought, answer))


def _read_twice(text: str) -> Parsed[Reply] | Unparsed:
    # Tags are counted first: thousands of open ones would take the pattern minutes.
    thought = _THINK.search(text) if len(_TAG.findall(text)) == 2 else None
    if thought is None:
        return Unparsed("malformed", "it has not one block of reasoning and nothing else in tags")
    sides = text[: thought.start()].strip(), text[thought.end() :].strip()
    answers: list[str] = []
    for side, where in zip(sides, ("before", "after"), strict=True):
        found = boxes(side)
        if len(found) != 1:
            return Unparsed("malformed", f"it has {len(found)} boxes {where} the reasoning")
        if (found[0].start, found[0].end) != (0, len(side)):
            return Unparsed("malformed", f"it has text beside the box {where} the reasoning")
        answers.append(found[0].content)
    if not thought[1].strip() or not all(answers):
        return Unparsed("empty", "the reasoning or a box is empty")
    return Parsed(Reply(answers[0], thought[1].strip(), answers[1]))


def first_and_last(text: str) -> tuple[str | None, str | None]:
    """The answers before and after the reasoning, whether or not the form holds otherwise.

    The first is that of the first box before any reasoning, the last that of the last box after it;
    None where there is no such box. A box inside the reasoning is neither.
    """
    opened, closed = text.find("<think>"), text.rfind("</think>")
    before = boxes(text[:opened] if opened >= 0 else text)
    after = boxes(text[closed:]) if closed >= 0 else ()
    return (before[0].content if before else None), (after[-1].content if after else None)


def is_fallback(answer: str, *, released: bool = False) -> bool:
    """The first box says that the model wants to reason before it answers.

    Args:
        released: by the released code's rule, which asks only how the text begins; else by the
            paper's, the whole sentence with or without its stop.
    """
    text = answer.strip().replace("’", "'")
    if released:
        return text.startswith(FALLBACK_START)
    return text.removesuffix(".") == FALLBACK
