"""Captions by any image-text-to-text model of transformers, on a GPU or, slowly, on the CPU.

This module imports neither torch nor transformers, so that their absence can be said plainly.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pipeline.errors import MissingDependencyError
from pipeline.models.captioner import Captioned, CaptionWindow, FrameCaption
from pipeline.models.failure import ModelFailure
from pipeline.models.source import ModelSource, find_model
from pipeline.outcome import Usage
from pipeline.recipe import CaptionerRuntime, TransformersCaptionerSettings

if TYPE_CHECKING:
    from pipeline.models.transformers_captioner.prompt import Answer


class TransformersCaptioner:
    """See `pipeline.models.captioner.Captioner`.

    Greedy unless the recipe says otherwise. An answer without end or of wrong form is asked for
    once more, then sampled. A window's `tried` changes nothing but the seed: a greedy one that a
    dead worker had gets the caption it would have had, and one that failed gets another chance.
    """

    def __init__(self, settings: TransformersCaptionerSettings, runtime: CaptionerRuntime) -> None:
        """
        Raises:
            RecipeError: there is no such model, or it is none that captions.
            MissingDependencyError: a package is not installed.
            ResourceError: the model is too large for the device.
        """
        for package in ("torch", "torchvision", "transformers"):
            if find_spec(package) is None:
                raise MissingDependencyError(
                    f"captioner.kind transformers needs the package {package}: install demitasse "
                    "with its extra `models`"
                )
        from pipeline.models.transformers_captioner.checkpoint import load
        from pipeline.models.transformers_captioner.service import Service

        found = find_model("captioner", settings.model, settings.revision, {})
        self.label = label(found, settings.dtype)
        self._together = settings.frames_together
        self._service = Service(load(found, settings.dtype, runtime.gpus), settings, runtime)

    def caption(self, windows: Iterable[CaptionWindow]) -> Iterator[Captioned | ModelFailure]:
        asked: deque[_Window] = deque()
        try:
            with self._service.serving():
                with self._service.bringing():
                    for window in windows:
                        asked.append(self._ask(window))
                        while asked and asked[0].done():
                            yield asked[0].result()
                            asked.popleft()
                while asked:
                    yield asked[0].result()
                    asked.popleft()
        finally:
            for left in asked:
                left.cancel()

    def _ask(self, window: CaptionWindow) -> "_Window":
        return _Window(
            [
                self._service.ask(window.frames[start : start + self._together], window.tried)
                for start in range(0, len(window.frames), self._together)
            ]
        )


@dataclass(frozen=True, slots=True)
class _Window:
    """The answers about a window's frames, a few frames each."""

    answers: "list[Answer]"

    def done(self) -> bool:
        return all(answer.done() for answer in self.answers)

    def cancel(self) -> None:
        for answer in self.answers:
            answer.cancel()

    def result(self) -> Captioned | ModelFailure:
        """Wait for all of them; the first one that is a failure is the window's."""
        captions: list[FrameCaption] = []
        usage = Usage()
        for answer in self.answers:
            found = answer.result()
            usage = Usage(
                usage.tokens_in + found.usage.tokens_in, usage.tokens_out + found.usage.tokens_out
            )
            if isinstance(found, ModelFailure):
                self.cancel()
                return replace(found, usage=usage)
            captions.extend(found.captions)
        return Captioned(tuple(captions), usage)


def label(found: ModelSource, dtype: str) -> str:
    """`transformers:<model>@<revision>:<dtype>`, the model's folder without its path."""
    name = found.folder.resolve().name if found.folder is not None else found.name
    return f"transformers:{name}@{found.revision[:8]}:{dtype}"
