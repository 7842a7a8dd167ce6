"""What the tests of the captioner ask, and what they know of the answer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.models.captioner import Captioned, CaptionFrame, CaptionWindow
from pipeline.models.failure import ModelFailure
from pipeline.models.transformers_captioner import TransformersCaptioner
from pipeline.recipe import CaptionerRuntime, TransformersCaptionerSettings
from tests.models.tiny_vlm import COLOURS, caption_of, jpeg

NAMES = list(COLOURS)
TOKENS = 75 + 32
"""Of one prompt to the tiny Qwen with the settings below, its answer included."""


def settings(folder: Path, **changed: Any) -> TransformersCaptionerSettings:
    given = {"dtype": "float32", "max_tokens": 32, **changed}
    return TransformersCaptionerSettings(kind="transformers", model=str(folder), **given)


def captioner(folder: Path, batch: int = 4, **changed: Any) -> TransformersCaptioner:
    """A captioner with so many prompts in a batch; `compile` is a runtime setting."""
    compiled = changed.pop("compile", False)
    runtime = CaptionerRuntime(batch_tokens=batch * TOKENS, compile=compiled)
    return TransformersCaptioner(settings(folder, **changed), runtime)


def frames(colours: Sequence[str], video: str = "v", **size: int) -> tuple[CaptionFrame, ...]:
    return tuple(
        CaptionFrame(f"{video}/f{n}", float(n), jpeg(colour, **size))
        for n, colour in enumerate(colours)
    )


def window(name: str, colours: Sequence[str], tried: int = 0, **size: int) -> CaptionWindow:
    return CaptionWindow(name, frames(colours, name, **size), tried)


def windows(count: int, length: int = 5) -> list[CaptionWindow]:
    """Windows of which no two neighbours look alike."""
    return [
        window(f"w{i}", [NAMES[(i + n + n // 3) % 3] for n in range(length)]) for i in range(count)
    ]


def colours_of(asked: CaptionWindow) -> list[str]:
    """What is to be seen in a window's frames."""
    shown = {jpeg(name): name for name in NAMES}
    return [shown[frame.jpeg] for frame in asked.frames]


def texts(found: Captioned | ModelFailure) -> list[str]:
    assert isinstance(found, Captioned), found
    return [caption.text for caption in found.captions]


def right(asked: CaptionWindow) -> list[str]:
    """What a captioner should say of a window."""
    return [caption_of(colour) for colour in colours_of(asked)]


def failure(found: Captioned | ModelFailure) -> ModelFailure:
    assert isinstance(found, ModelFailure), found
    return found
