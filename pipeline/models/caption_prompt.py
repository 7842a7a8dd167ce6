"""What captioners that are language models are asked, and how their plain text is read.

One prompt a kind. It is rendered for the number of frames that come together: about one frame it
asks for a caption, about several for one numbered line each.
"""

import re
from collections.abc import Sequence
from typing import Final

from pipeline import prompts
from pipeline.prompts import Prompt
from pipeline.recipe import CaptionerSettings, DetectorCaptionerSettings, EndpointModel

_NUMBERED: Final = re.compile(r"^\W*(\d+)\s*[:.)]\s*(.*)$")


def caption_prompt(settings: CaptionerSettings) -> Prompt:
    """The recipe's own prompt, or the one for this kind of captioner.

    Raises:
        PromptError: there is no such prompt, or it is not valid.
    """
    if isinstance(settings, DetectorCaptionerSettings):
        return prompts.load(settings.prompt)
    kind = "endpoint" if isinstance(settings, EndpointModel) else settings.kind
    return prompts.load(settings.prompt or f"captions/{kind}")


def frames_json(times: Sequence[float]) -> list[dict[str, float | int]]:
    """The `frames` input of a prompt: a number from 1 and the seconds since the first of them.

    Seconds since the first and not since the video's start, so that windows that are alike are
    asked the same.
    """
    return [
        {"number": number, "seconds": round(seconds - times[0], 2)}
        for number, seconds in enumerate(times, 1)
    ]


def read_captions(text: str, count: int) -> tuple[str, ...] | str:
    """The captions of `count` frames from a model's plain text, or what is wrong with it.

    One frame: all of the text. Several: its numbered lines, a line without a number going on with
    the one before.
    """
    if count == 1:
        whole = " ".join(text.split())
        return (whole,) if whole else "the captioner wrote nothing"
    found: dict[int, list[str]] = {}
    current: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _NUMBERED.match(line)
        if match is None:
            current.append(line)
            continue
        number = int(match[1])
        if number in found:
            return f"the captioner numbered two lines {number}"
        current = found.setdefault(number, [])
        current.append(match[2])
    captions = {number: " ".join(lines).strip() for number, lines in found.items()}
    missing = [str(n) for n in range(1, count + 1) if not captions.get(n)]
    if missing:
        return f"the captioner wrote no line for frame {', '.join(missing)} of {count}"
    if len(captions) > count:
        return f"the captioner numbered {len(captions)} lines for {count} frames"
    return tuple(captions[n] for n in range(1, count + 1))
