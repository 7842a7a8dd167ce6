"""Embeddings: the captions of a window as unit vectors, one batch a window."""

from collections.abc import Iterator, Sequence
from functools import partial

from pipeline.engine.stage import Blobs, Resources, Stage, Table, Unit
from pipeline.models.loading import embedder_revision, load_embedder
from pipeline.models.sentence_embedder import EMBEDDED
from pipeline.outcome import Kept, Outcome
from pipeline.recipe import EmbedderSettings, Recipe
from pipeline.records import Caption, Float32, Record, Vector, record
from pipeline.stages.windows import by_window


@record
class CaptionText(Record):
    """A caption's words and when they hold."""

    id: str
    video: str
    pts_seconds: float
    text: str


class EmbeddingWorker:
    """Holds the embedder; the unit is its batch, so that packs cannot change bits."""

    def __init__(self, settings: EmbedderSettings, blobs: Blobs) -> None:
        self._embedder = load_embedder(settings)

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit in units:
            captions = unit.all(CaptionText)
            vectors = self._embedder.embed([c.text for c in captions])
            yield Kept(
                [
                    Vector(id=c.id, video=c.video, values=tuple(Float32(v) for v in row.tolist()))
                    for c, row in zip(captions, vectors, strict=True)
                ]
            )


def _resources(recipe: Recipe) -> Resources:
    """The embedded model stays on processors: it is small, and its bits are the same there."""
    runtime = recipe.runtime.embedder
    small = recipe.identity.embedder.model in EMBEDDED
    gpus = 0 if runtime.gpus is None and small else runtime.gpus
    return Resources(model=True, gpus=gpus, workers=runtime.workers)


def stage(recipe: Recipe) -> Stage:
    """One vector a caption; a unit is a window of captions, the same as in `captions`."""
    identity = recipe.identity
    return Stage(
        name="embeddings",
        version=1,
        primary=Table("captions", Caption, CaptionText),
        split=by_window(identity.captions.window_seconds),
        writes=(Vector,),
        identity={
            "captions": identity.captions.model_dump(mode="json"),
            "embedder": identity.embedder.model_dump(mode="json"),
            "revision": embedder_revision(identity.embedder),
        },
        worker=partial(EmbeddingWorker, identity.embedder),
        resources=_resources(recipe),
    )
