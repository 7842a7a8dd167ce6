"""The baseline that needs no model: words of the options, words of the captions, and nothing else.

| asked for | with captions | with none, and of equals |
|---|---|---|
| an option | the one that shares most words with them | the longest one |
| an open answer | the caption that shares most words with the question | the question's own words |
| a time | from the first to the last frame given | the whole video |

It shows what a test set gives away by its wording, and lets everything be tried offline.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.llm.plain import PlainText
from pipeline.models.writer import Answer, Reply, Request
from pipeline.records import Provenance

NAME: Final = "program@1"
_WORD: Final = re.compile(r"[^\W_]+")
_COMMON: Final = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in"),
        *("is", "it", "its", "of", "on", "or", "that", "the", "their", "there", "they", "this"),
        *("to", "was", "were", "what", "when", "which", "who", "with", "while"),
    )
)


class Baseline:
    """A `Writer` whose words follow from what it is given."""

    def answer(self, requests: Sequence[Request]) -> Sequence[Answer]:
        """All of them, at once."""
        return [_reply(request) for request in requests]


def _reply(request: Request) -> Reply:
    form = request.prompt.id.rpartition("/")[2]
    made = Provenance(
        stage=request.stage,
        writer="program",
        model=NAME,
        prompt=request.prompt.label,
        prompt_sha256=request.prompt.sha256,
        answer_source="derived",
    )
    return Reply(PlainText(text=_said(form, request.inputs), finish_reason="stop"), made)


def _said(form: str, inputs: Mapping[str, Any]) -> str:
    captions = [str(frame["caption"]) for frame in inputs["frames"] if frame["caption"]]
    letter = _letter(inputs.get("options") or [], captions)
    match form:
        case "choice":
            return f"Answer: {letter}"
        case "gated":
            return f"\\boxed{{{letter}}}<think>Words in common.</think>\\boxed{{{letter}}}"
        case "grounding":
            return f"{letter} <> {_times(inputs)}" if letter else _times(inputs)
        case "assist":
            open_answer = _sentence(str(inputs["question"]), captions)
            return f"<thinking>Words in common.</thinking><answer>{open_answer}</answer>"
        case _:
            return _sentence(str(inputs["question"]), captions)


def _letter(options: Sequence[str], captions: Sequence[str]) -> str:
    """The letter of the option that is likeliest by its words; empty where there are none."""
    seen = frozenset[str]().union(*map(_words, captions))
    ranked = [(_shared(_words(o), seen), len(o), -place) for place, o in enumerate(options)]
    return "ABCDEFGH"[-max(ranked)[2]] if ranked else ""


def _sentence(question: str, captions: Sequence[str]) -> str:
    asked = _words(question)
    ranked = [(_shared(_words(c), asked), -place) for place, c in enumerate(captions)]
    return captions[-max(ranked)[1]] if ranked else question


def _times(inputs: Mapping[str, Any]) -> str:
    times = [float(frame["pts_seconds"]) for frame in inputs["frames"]]
    start, end = (min(times), max(times)) if times else (0.0, float(inputs["seconds"] or 1.0))
    return f"[{start:.1f}, {max(end, start + 0.1):.1f}]"


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold())) - _COMMON


def _shared(words: frozenset[str], others: frozenset[str]) -> float:
    """The share of the words that are among the others, so that long texts have no advantage."""
    return len(words & others) / len(words) if words else 0.0
