"""`videos`: probe every input file; its content hash becomes the video's id."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.engine.stage import RECIPE, Blobs, Stage, Table, Unit, by_column
from pipeline.media.isolation import Isolation
from pipeline.media.staging import NotStagedError, Staging
from pipeline.outcome import Failed, Kept, Outcome, Rejected
from pipeline.recipe import Recipe, VideosRuntime, VideosSettings
from pipeline.records import Input, Source, Video
from pipeline.removals import MESSAGE, REASON

MEMORY_MB = 2048
"""A probe holds the times of the packets and decodes one frame."""


@dataclass(frozen=True, slots=True)
class File:
    """The columns of `Input` that stand for the content until it is hashed."""

    id: str
    path: str
    size: int
    modified_ns: int


@dataclass(frozen=True)
class Prober:
    """Probes files in an isolated child."""

    settings: VideosSettings
    isolation: Isolation
    staging: Staging
    removed: frozenset[str] = frozenset()
    """Contents that were taken down."""

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit in units:
            yield self._probe(unit.one(File))

    def _probe(self, file: File) -> Outcome:
        from pipeline.media.probe import probe

        limits = self.settings.min_seconds, self.settings.max_seconds
        try:
            with self.staging.local(file.path) as path:
                found = self.isolation.call(probe, path, *limits)
        except NotStagedError as error:
            return Rejected("unreadable", f"{file.path} cannot be read: {error}")
        if isinstance(found, Rejected):
            return replace(found, message=found.message.replace(str(path), file.path))
        if isinstance(found, Failed):
            return found
        if found.id in self.removed:
            return Rejected(REASON, MESSAGE)
        video = replace(found, path=file.path)
        return Kept([Source(id=file.id, video=video.id), video])


@dataclass(frozen=True)
class _Factory:
    settings: VideosSettings
    runtime: VideosRuntime
    removed: frozenset[str]

    def __call__(self, blobs: Blobs) -> Prober:
        isolation = Isolation(self.runtime.timeout_seconds, MEMORY_MB)
        staging = Staging(int(self.runtime.cache_gb * 1e9))
        return Prober(self.settings, isolation, staging, self.removed)


def stage(recipe: Recipe, removed: frozenset[str] = frozenset()) -> Stage:
    """The stage for a recipe.

    Args:
        removed: contents that a run rejects. They are in no key: `demitasse remove` puts the
            rejections of files that are known into the ledger itself.
    """
    settings = recipe.identity.videos
    return Stage(
        name="videos",
        version=1,
        primary=Table(RECIPE, Input, File),
        split=by_column("id"),
        writes=(Source, Video),
        identity=settings.model_dump(mode="json"),
        worker=_Factory(settings, recipe.runtime.videos, removed),
        pack_units=8,
    )
