"""A chain of stages with blobs, many settings and shared keys: what there is to collect.

numbers (from outside) --pictures--> Picture (with a blob) --pairs--> Pair (one a group)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipeline.engine.build import Build, LocalLanes, Report
from pipeline.engine.garbage import Called
from pipeline.engine.planner import Planner
from pipeline.engine.stage import RECIPE, Blobs, Stage, Table, Unit, by_column
from pipeline.engine.workspace import Workspace
from pipeline.outcome import Failed, Kept, Outcome
from pipeline.recipe import EngineRuntime
from pipeline.records import Record, record
from pipeline.store import BlobStore
from tests.engine.chain import Number, NumberValue, numbers


@record
class Picture(Record):
    UNHASHED = frozenset({"blob"})

    id: str
    group: str
    sha: str
    blob: str


@record
class PictureBytes(Record):
    id: str
    group: str
    sha: str
    blob: str


@record
class Glued(Record):
    id: str
    text: str


@dataclass(frozen=True)
class Setting:
    """One run: how large the pictures are, how they are glued, and of how many numbers."""

    size: int
    glue: str
    count: int


@dataclass(frozen=True)
class Paint:
    size: int

    def __call__(self, units: Sequence[Unit]) -> Iterable[Outcome]:
        for unit in units:
            row = unit.one(NumberValue)
            if row.value == 404:
                yield Failed("NotFound", "no such number")
                continue
            data = f"{row.value:.0f} ".encode() * self.size
            blob = sha256(data).hexdigest()
            yield Kept([Picture(id=row.id, group=row.group, sha=blob, blob=blob)], blobs=[data])


@dataclass(frozen=True)
class Glue:
    blobs: Blobs
    glue: str

    def __call__(self, units: Sequence[Unit]) -> Iterable[Outcome]:
        for unit in units:
            read = (self.blobs.read(p.blob, 0, 1).decode() for p in unit.all(PictureBytes))
            yield Kept([Glued(id=unit.id, text=self.glue.join(read))])


def chain(setting: Setting) -> list[Stage]:
    def paint(blobs: Blobs) -> Paint:
        return Paint(setting.size)

    def glue(blobs: Blobs) -> Glue:
        return Glue(blobs, setting.glue)

    pictures = Stage(
        name="pictures",
        version=1,
        primary=Table(RECIPE, Number, NumberValue),
        split=by_column("id"),
        writes=(Picture,),
        identity={"size": setting.size},
        worker=paint,
        pack_units=2,
    )
    pairs = Stage(
        name="pairs",
        version=1,
        primary=Table("pictures", Picture, PictureBytes),
        split=by_column("group"),
        writes=(Glued,),
        identity={"glue": setting.glue},
        worker=glue,
        pack_units=1,
    )
    return [pictures, pairs]


VALUES = [1.0, 2, 404, 3, 4, 5, 6, 7]


def build(root: Path, setting: Setting, compact_parts: int = 64) -> Report:
    workspace = Workspace.at(root)
    with workspace.writing():
        workspace.prepare()
        planner = _planner(workspace, setting)
        runtime = EngineRuntime(compact_parts=compact_parts)
        return Build(planner, chain(setting), LocalLanes(), runtime, lambda event: None).run()


def called(root: Path, setting: Setting) -> Called:
    """What a run of this setting would look for."""
    workspace = Workspace.at(root)
    planner, keys = _planner(workspace, setting), {}
    for stage in chain(setting):
        work, ledger = planner.work(stage)
        keys[stage.name, work.plan.identity] = [work.plan.keys]
        planner.settle(stage, ledger, work.found, complete=False)
    return Called(frozenset({"pictures", "pairs"}), keys, frozenset(planner.imported))


def outcomes(root: Path, setting: Setting) -> list[dict[str, object]]:
    """All that counts: outcomes with their rows' digests, and the bytes of every blob."""
    workspace = Workspace.at(root)
    found: list[dict[str, object]] = []
    for (stage, identity), keys in called(root, setting).keys.items():
        ledger = workspace.ledger(stage, identity)
        columns = ["unit_id", "status", "code", "message", "digest"]
        rows = ledger.outcomes(ledger.find(keys[0]), columns).drop_columns(["file", "row"])
        found += sorted(rows.to_pylist(), key=lambda row: str(row["unit_id"]))
    blobs = BlobStore(workspace.store)
    for number in numbers(VALUES[: setting.count]):
        if number.value != 404:
            data = f"{number.value:.0f} ".encode() * setting.size
            assert blobs.read(sha256(data).hexdigest(), 0, len(data)) == data
    return found


def _planner(workspace: Workspace, setting: Setting) -> Planner:
    return Planner(workspace, lambda table: numbers(VALUES[: setting.count]))
