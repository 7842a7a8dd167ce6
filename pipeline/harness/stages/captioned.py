"""`selector_captions`: what the selector's small captioner says of the frames it looks at."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from pipeline.engine.stage import Blobs, Stage, Table, Unit
from pipeline.harness.rows import CaptionTokens, Shown
from pipeline.llm.session import Session
from pipeline.outcome import Kept, Outcome
from pipeline.recipe import CaptionerRuntime, CaptionerSettings, DetectorCaptionerSettings
from pipeline.recipe.evaluation import EvaluationSettings
from pipeline.records import Caption
from pipeline.stages.captions import CaptionWorker, StoredFrame, captioner_identity
from pipeline.stages.model_resources import resources_of
from pipeline.stages.windows import by_window

WINDOW_SECONDS: Final = 30.0
"""Of a unit; as recipes have it."""


class CountingCaptions:
    """Captions frames as a recipe's stage does, and keeps what that took beside the captions."""

    def __init__(
        self,
        settings: CaptionerSettings,
        runtime: CaptionerRuntime,
        session: Session | None,
        blobs: Blobs,
    ) -> None:
        self._captions = CaptionWorker(settings, runtime, session, blobs)

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit, outcome in zip(units, self._captions(units), strict=True):
            yield _counted(unit.id, outcome)

    def close(self) -> None:
        self._captions.close()


def _counted(unit: str, outcome: Outcome) -> Outcome:
    if not isinstance(outcome, Kept):
        return outcome
    tokens = outcome.usage.tokens_in + outcome.usage.tokens_out
    captions = [row for row in outcome.rows if isinstance(row, Caption)]
    count = CaptionTokens(id=unit, video=captions[0].video, frames=len(captions), tokens=tokens)
    return replace(outcome, rows=[*captions, count])


def stage(settings: EvaluationSettings, session: Session | None) -> Stage:
    """Frames in, one caption a frame out."""
    captioner, runtime = settings.identity.selector.captioner, settings.runtime.captioner
    together = 1 if isinstance(captioner, DetectorCaptionerSettings) else captioner.frames_together
    calls = max(1, round(WINDOW_SECONDS * settings.identity.selector.fps / together))
    return Stage(
        name="selector_captions",
        version=1,
        primary=Table("selector_frames", Shown, StoredFrame),
        split=by_window(WINDOW_SECONDS),
        writes=(Caption, CaptionTokens),
        identity=captioner_identity(captioner),
        worker=partial(CountingCaptions, captioner, runtime, session),
        resources=resources_of(captioner, runtime, calls),
        pack_units=1,
    )
