"""The publish stage as the engine runs it: over the whole workspace, again where it must."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.engine.build import Build, LocalLanes
from pipeline.engine.planner import Planner
from pipeline.engine.stage import RECIPE, Blobs, Stage, Table, Unit, by_column
from pipeline.engine.workspace import Workspace
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.publish.published import Picture
from pipeline.publish.reading import first_samples, read_sample
from pipeline.recipe import FiltersSettings, Identity, Recipe
from pipeline.records import (
    Caption,
    CoreFrame,
    Record,
    Rejection,
    Sample,
    ScreenCount,
    StageCount,
    Unwanted,
    record,
)
from pipeline.stages import publish
from pipeline.store import BlobStore
from tests.publish.publishing import recipe, tree
from tests.publish.samples import jpeg, rejection, sample
from tests.stages.units import run as run_units
from tests.stages.units import unit as unit_of


@record
class Number(Record):
    """A row from outside."""

    id: str
    value: int


@dataclass(frozen=True)
class Select:
    """Stands for all stages before: one sample or one rejection for each row from outside."""

    frames: tuple[CoreFrame, ...]

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit in units:
            number = unit.one(Number).value
            if number % 5 == 4:
                yield Rejected("yes_no_bias", "too many", rows=[rejection(number)])
            else:
                yield Kept([sample(number, self.frames)])


def _select(frames: tuple[CoreFrame, ...], blobs: Blobs) -> Select:
    return Select(frames)


def _say(blobs: Blobs) -> Callable[[Sequence[Unit]], list[Outcome]]:
    return lambda units: [Kept([_caption(unit.one(Number))]) for unit in units]


def _caption(number: Number) -> Caption:
    return Caption(
        id=f"v1/{number.id}",
        video="v1",
        frame_index=number.value,
        pts_seconds=number.value / 25,
        text=f"Frame {number.value}.",
        objects=(),
        captioner="test",
    )


@dataclass
class Run:
    """Builds of one workspace with a dataset of `numbers`."""

    root: Path
    settings: Recipe = field(default_factory=partial(recipe, test_fraction=0.5))

    def __post_init__(self) -> None:
        workspace = Workspace.at(self.root)
        data = jpeg(7)
        blob = BlobStore(workspace.store).write(data)
        self.frames = (
            CoreFrame(
                frame="v1/f0",
                frame_index=0,
                pts_seconds=0.0,
                width=64,
                height=48,
                caption="a picture",
                sha256=blob,
                blob=blob,
                offset=0,
                length=len(data),
            ),
        )

    @property
    def dataset(self) -> Path:
        return self.root / "dataset"

    def go(self, count: int = 10) -> int:
        """Build a dataset of so many questions; returns how often `publish` ran."""
        select = Stage(
            name="selection",
            version=1,
            primary=Table(RECIPE, Number, Number),
            split=by_column("id"),
            writes=(Sample, Rejection),
            identity={},
            worker=partial(_select, self.frames),
        )
        say = Stage(
            name="captions",
            version=1,
            primary=Table(RECIPE, Number, Number),
            split=by_column("id"),
            writes=(Caption,),
            identity={},
            worker=_say,
        )
        chain = [select, say, publish.stage(self.settings, self.dataset)]
        rows = [Number(id=f"n{n:04d}", value=n) for n in range(count)]
        workspace = Workspace.at(self.root)
        with workspace.writing():
            workspace.prepare()
            planner = Planner(workspace, lambda record: rows, None)
            runtime = self.settings.runtime.engine
            report = Build(planner, chain, LocalLanes(), runtime, lambda event: None).run()
        assert not any(counts.failed for counts in report.counts.values())
        return report.ran["publish"]


def test_every_caption_is_published_with_its_frame_s_index_and_time(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.go(3)
    (shard,) = (run.dataset / "captions").glob("*.parquet")
    assert pq.read_table(shard).to_pylist() == [
        {
            "id": f"v1/n{n:04d}",
            "video": "v1",
            "frame_index": n,
            "pts_seconds": n / 25,
            "caption": f"Frame {n}.",
            "captioner": "test",
        }
        for n in range(3)
    ]


def test_the_dataset_is_made_once(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert run.go() == 1
    assert len(first_samples(run.dataset, 100)) == 8
    found = read_sample(run.dataset, "q0000")
    assert found is not None
    assert found.core_frames[0].image == Picture(bytes=jpeg(7), path="v1-f0.jpg")
    assert "| selection | 10 | 8 | 2 `yes_no_bias` | |" in (run.dataset / "README.md").read_text()
    before = tree(run.dataset)
    assert run.go() == 0
    assert tree(run.dataset) == before


def test_a_dataset_that_is_gone_or_older_is_made_again(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.go(10)
    ten = tree(run.dataset)
    shutil.rmtree(run.dataset)
    assert run.go(10) == 1
    assert tree(run.dataset) == ten
    assert run.go(12) == 1
    assert run.go(10) == 1, "the ledger knows this one, the folder holds the other"
    assert tree(run.dataset) == ten


def test_every_setting_is_on_the_card_and_so_makes_another(tmp_path: Path) -> None:
    Run(tmp_path).go()
    assert Run(tmp_path, recipe(test_fraction=0.5, pretty_name="Other")).go() == 1
    assert "# Other" in (tmp_path / "dataset" / "README.md").read_text()


def test_two_workspaces_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = Run(tmp_path / "a"), Run(tmp_path / "b")
    first.go()
    second.go(5)
    second.go()
    assert tree(first.dataset) == tree(second.dataset)


def test_the_funnel_tells_what_became_of_single_frames(tmp_path: Path) -> None:
    filters = FiltersSettings(black=26, frozen=0.5)
    stage = publish.stage(Recipe(name="t", identity=Identity(filters=filters)), tmp_path / "d")
    lines = [("03 looks", "looks", 3), ("04 screening", "screening", 2), ("05 x", "captions", 4)]
    funnel = [StageCount(id=i, stage=s, status="kept", code="", units=n) for i, s, n in lines]
    counts: list[tuple[str, Unwanted | None, int]] = [
        ("a", None, 5),
        ("a", "frozen", 7),
        ("b", None, 1),
        ("b", "frozen", 2),
        ("b", "black", 3),
    ]
    frames = [
        ScreenCount(id=f"{video}/{reason}", video=video, reason=reason, frames=n)
        for video, reason, n in counts
    ]
    one = unit_of(stage, "dataset", *funnel, *frames)
    run_units(stage, BlobStore(Workspace.at(tmp_path).store), one)
    card = (tmp_path / "d" / "README.md").read_text()
    assert (
        "| screening | 2 | 2 | | |\n"
        "| screening, by frame | 18 | 6 | 3 `black`, 9 `frozen` | |\n"
        "| captions | 4 | 4 | | |\n"
    ) in card
