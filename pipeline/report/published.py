"""A published folder as a source: its samples as they are, its rejections by their words alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow.parquet as pq
from blake3 import blake3

from pipeline.engine.status import StageStatus
from pipeline.errors import UsageError
from pipeline.publish.features import arrow_schema
from pipeline.publish.published import SampleRow
from pipeline.publish.reading import (
    RowGroup,
    locate,
    read_group,
    read_rejections,
    rejections,
    samples,
    shards,
)
from pipeline.records import BoxOverride, Override
from pipeline.report.glance import Glance, gaps_of
from pipeline.report.items import Outcome, Shown
from pipeline.report.rows import pictures_of, rejection_item, sample_item
from pipeline.report.source import Heading
from pipeline.report.wording import INCOMPLETE
from pipeline.storage.files import source
from pipeline.storage.place import Place
from pipeline.store import storage_errors


@dataclass(frozen=True)
class DatasetSource:
    """Reads a folder that `demitasse publish` wrote."""

    folder: Place

    @classmethod
    def of(cls, folder: Place) -> "DatasetSource":
        """The source of this folder.

        Raises:
            UsageError: its shards have not the columns of this version.
            StorageError: a shard cannot be read.
        """
        for shard in shards(folder, "data"):
            with storage_errors("read", shard):
                columns = pq.read_schema(source(shard))
            if not columns.equals(arrow_schema(SampleRow)):
                raise UsageError(
                    f"{shard} has not the columns that this version publishes: publish it again "
                    "from its workspace, or look at it with the version that wrote it"
                )
        return cls(folder)

    @property
    def heading(self) -> Heading:
        folder = self.folder.resolve()
        key = blake3(str(folder).encode()).hexdigest(8)
        return Heading(folder.name, "dataset", str(self.folder), key)

    def stages(self) -> Sequence[StageStatus]:
        return ()

    def overrides(self) -> Sequence[Override]:
        return ()

    def box_overrides(self) -> Sequence[BoxOverride]:
        return ()

    def glances(self) -> Iterator[Glance]:
        for row in samples(self.folder, pictures=False):
            gaps = gaps_of([frame.pts_seconds for frame in row.core_frames])
            yield Glance(row.id, "sample", row.task, row.split, gaps=gaps)
        for rejection in rejections(self.folder):
            outcome: Outcome = "failed" if rejection.reason == INCOMPLETE else "rejected"
            yield Glance(
                rejection.id,
                outcome,
                rejection.task,
                stage=rejection.stage,
                reason=rejection.reason,
            )

    def shown(self, chosen: Sequence[Glance]) -> Iterator[Shown]:
        kept = [glance.id for glance in chosen if glance.outcome == "sample"]
        rejected = read_rejections(self.folder, [g.id for g in chosen if g.outcome != "sample"])
        places = locate(self.folder, kept)
        groups: dict[RowGroup, dict[str, SampleRow]] = {}
        for glance in chosen:
            if glance.outcome != "sample":
                yield rejection_item(rejected[glance.id], glance), {}
                continue
            group = places[glance.id]
            if group not in groups:
                groups[group] = read_group(group, kept)
            row = groups[group].pop(glance.id)
            yield sample_item(row), pictures_of(row)
