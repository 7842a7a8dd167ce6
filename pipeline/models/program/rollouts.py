r"""A policy that knows nothing: it draws lots, so that the chain can be tried without a model.

What it gets right says what chance gets right (a quarter of four options), and nothing of how hard
a question is. The same question and replicate draw the same lot on every machine.
"""

from collections.abc import Sequence
from typing import Any, Final

from blake3 import blake3

from pipeline.llm.plain import PlainText
from pipeline.models.writer import Request

_LETTERS: Final = "ABCDEFGH"
_NUMBERS: Final = 10
"""A guessed number is 0 to 9."""


def write(request: Request) -> PlainText:
    """A reply in the form answer, reasoning, answer; both answers are the same guess."""
    inputs = request.inputs
    lots = _Lots(f"{inputs['seed']}\n{request.replicate}")
    answer = _answer(inputs["problem_type"], inputs["options"], inputs["frames"], lots)
    thought = request.prompt.render(**inputs).strip()
    box = f"\\boxed{{{answer}}}"
    return PlainText(text=f"{box}<think>{thought}</think>{box}", finish_reason="stop")


class _Lots:
    """Numbers from 0 to 1 that follow from a text."""

    def __init__(self, seed: str) -> None:
        self._bytes = blake3(seed.encode()).digest(length=24)

    def __getitem__(self, ordinal: int) -> float:
        return int.from_bytes(self._bytes[8 * ordinal : 8 * ordinal + 8], "big") / 2**64


def _answer(problem_type: str, options: Sequence[str], frames: Sequence[Any], lots: _Lots) -> str:
    if problem_type == "math":
        return str(int(lots[0] * _NUMBERS))
    letter = _LETTERS[int(lots[0] * len(options))] if options else ""
    if problem_type == "exact_match":
        return letter
    return f"{letter} <> {_span(frames, lots)}".removeprefix(" <> ")


def _span(frames: Sequence[Any], lots: _Lots) -> str:
    """A stretch of the time that is shown, at least a tenth of a second long."""
    seconds = [float(frame["pts_seconds"]) for frame in frames]
    first, length = min(seconds), max(seconds) - min(seconds)
    start, end = sorted((first + lots[1] * length, first + lots[2] * length))
    return f"[{start:.1f}, {max(end, start + 0.1):.1f}]"
