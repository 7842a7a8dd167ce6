"""Captions by any image-text-to-text model of transformers, on a GPU or, slowly, on the CPU.

This module imports neither torch nor transformers, so that their absence can be said plainly.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.models.captioner import Captioned, CaptionWindow, FrameCaption
from pipeline.models.checkpoint import extra, find_checkpoint
from pipeline.models.failure import ModelFailure
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
        with extra("captioner.kind transformers"):
            import torchvision  # noqa: F401  # needs torch; named here where one is missing
            import transformers  # noqa: F401
        from pipeline.models.transformers_captioner.loading import load
        from pipeline.models.transformers_captioner.service import Service

        checkpoint = find_checkpoint("captioner", settings.model, settings.revision)
        self.label = f"transformers:{checkpoint.label}:{settings.dtype}"
        self._together = settings.frames_together
        self._service = Service(load(checkpoint, settings.dtype, runtime.gpus), settings, runtime)

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
