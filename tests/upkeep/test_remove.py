"""Taking a video down: nothing of it is left in any file, and the others are as they were."""

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.errors import UsageError
from pipeline.graph import stages
from pipeline.llm.attempts import Asked, Attempts, End
from pipeline.llm.price import Bound
from pipeline.llm.responses import Responses, Stored
from pipeline.publish.reading import samples
from pipeline.recipe_file import load_recipe
from pipeline.records import Caption, Frame, Question, Source
from pipeline.removals import bury, check_whole, removals
from pipeline.store import BlobStore
from pipeline.upkeep.naming import find_video
from pipeline.upkeep.remove import survey, take_down
from tests.cli.command import built, called, demitasse
from tests.engine.killing import Killed, killed_at
from tests.upkeep.building import build


@pytest.fixture
def root(two_videos: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two_videos, tmp_path / "two"))


class Content:
    """What one of the two videos put into the workspace, and what the other one did."""

    def __init__(self, root: Path, name: str) -> None:
        self.workspace = Workspace.at(root / "work")
        sources = read_table(self.workspace, "videos", Source)
        (self.id,) = {s.video for s in sources if s.id.endswith(name)}
        (self.other,) = {s.video for s in sources if not s.id.endswith(name)}
        questions = read_table(self.workspace, "questions", Question)
        self.questions = [q for q in questions if q.video == self.id]
        others = {q.question + q.answer for q in questions if q.video == self.other}
        captions = read_table(self.workspace, "captions", Caption)
        others |= {c.text for c in captions if c.video == self.other}
        mine = {c.text for c in captions if c.video == self.id}
        mine |= {q.question + q.answer for q in self.questions}
        blobs = BlobStore(self.workspace.store)
        frames = read_table(self.workspace, "frames", Frame, {"video": self.id})
        self.jpegs = [blobs.read(f.blob, f.offset, f.length) for f in frames]
        self.texts = [
            *(q.id for q in self.questions),
            *(f.sha256 for f in frames),
            *(f.blob for f in frames),
            *(text for text in mine if not any(text in other for other in others)),
        ]

    def left(self, work: Path) -> list[str]:
        """Files that still hold some of it, raw or in a column of a Parquet file."""
        needles = [t.encode() for t in self.texts]
        found: list[str] = []
        for path in work.rglob("*"):
            if not path.is_file():
                continue
            raw = path.read_bytes()
            if path.suffix == ".parquet":
                rows = pq.read_table(path).to_pylist()
                raw += json.dumps(rows, default=_plain, ensure_ascii=False).encode()
            if any(n in raw for n in needles) or any(j in raw for j in self.jpegs):
                found.append(str(path.relative_to(work)))
        return found


def _plain(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def others(work: Path, video: str, questions: list[Question]) -> dict[str, list[str]]:
    """The rows that are not of this video, stage by stage, in a form that bytes decide."""
    ids = {q.id for q in questions}
    found: dict[str, list[str]] = {}
    for path in sorted((work / "stages").rglob("*.parquet")):
        if path.name.startswith("plan") or path.parts[-3] == "publish":
            continue
        for row in pq.read_table(path).to_pylist():
            text = repr(row)
            if video not in text and not any(i in text for i in ids):
                found.setdefault(path.parts[-3], []).append(text)
    return {
        stage: sorted(rows) for stage, rows in found.items() if stage not in ("videos", "selection")
    }


def test_every_byte_of_it_is_gone_and_the_rest_is_as_it_was(root: Path) -> None:
    work = root / "work"
    # A second identity of some stages, and units of the first one that nothing calls for.
    setting = "core_frames.tau=0.7"
    build(root, setting)
    assert called("report", work).status == 0
    # One of the plans is a partition's.
    (plan := work / "stages" / "questions" / "plan.parquet").rename(
        plan.with_name("plan-p1of1.parquet")
    )
    content = Content(root, "mirror.mp4")
    assert len(content.questions) > 0
    assert len(content.texts) > 30
    before = others(work, content.id, content.questions)
    assert {"frames", "captions", "questions"} <= before.keys()
    assert len(content.left(work)) > 10

    shown = demitasse("remove", work, root / "videos" / "mirror.mp4", "--dry-run", "--json")
    assert shown.status == 0, shown.stderr
    assert json.loads(shown.stdout)["units"]["frames"] == 1
    assert others(work, content.id, content.questions) == before
    assert not (work / "removed.json").exists()

    done = called("remove", work, content.id[:8], "--reason", "asked by its owner", "--json")
    assert done.status == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["units"] == json.loads(shown.stdout)["units"]
    assert told["blobs"] > 0
    (record,) = told["records"]
    assert (record["id"], record["reason"], record["done"]) == (
        content.id,
        "asked by its owner",
        True,
    )
    assert content.left(work) == []
    assert others(work, content.id, content.questions) == before

    again = built("run", root / "two.yaml", "--work", work, "--set", setting, "--json")
    assert again.status == 0, again.stderr
    assert {stage for stage, ran in again.ran.items() if ran} == {"publish"}
    published = {s.video for s in samples(work / "dataset")}
    assert published == {content.other}
    assert "removed" in (work / "dataset" / "README.md").read_text()
    assert content.left(work) == []
    assert content.id not in (work / "dataset" / "README.md").read_text()


def test_the_same_content_under_another_name_is_rejected_until_it_is_undone(root: Path) -> None:
    work, recipe = root / "work", root / "two.yaml"
    content = Content(root, "mirror.mp4")
    (path,) = {s.id for s in read_table(content.workspace, "videos", Source, {"video": content.id})}
    assert called("remove", work, path).status == 0
    renamed = root / "renamed.mp4"
    shutil.copyfile(path, renamed)
    videos = Path(path).parent
    done = built("run", recipe, videos, renamed, "--work", work, "--json")
    assert {stage for stage, ran in done.ran.items() if ran} == {"videos", "publish"}
    assert done.status == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    ended = [e for e in events if e["event"] == "stage_ended" and e["stage"] == "videos"]
    assert [e["rejected"] for e in ended] == [{"removed": 2}]
    assert content.left(work) == []

    undone = called("remove", work, content.id[:8], "--undo")
    assert undone.status == 0, undone.stderr
    assert build(root).ran["videos"] == 1  # the other name is not among these inputs
    assert {s.video for s in samples(work / "dataset")} == {content.id, content.other}
    refused = called("remove", work, content.id[:8], "--undo")
    assert refused.status == 2
    assert "was not removed" in refused.stderr


def test_answers_about_it_go_and_the_figures_of_its_calls_stay(root: Path) -> None:
    work = root / "work"
    content = Content(root, "mirror.mp4")
    store = content.workspace.store
    group = content.questions[0].group
    other = next(
        q for q in read_table(content.workspace, "questions", Question) if q.video == content.other
    )
    asked = {
        "a" * 32: ("questions", group),
        "b" * 32: ("captions", f"{content.id}/w3"),
        "c" * 32: ("verdicts", other.id),
        "d" * 32: ("captions", f"{content.other}/w99"),
        "e" * 32: ("questions", "a group of which no row is left"),
    }
    there, log = Responses(store), Attempts(store)
    for key, (stage, unit) in asked.items():
        words = [{"role": "user", "content": f"secret {key[0]}"}]
        there.add(Stored(key, stage, unit, "m", "online", 1.0, 0.1, words, {"choices": []}))
        who = Asked(stage, unit, key, "m")
        call = log.sent(who, Bound(10, 0.2), 1.0)
        end = End(Bound(9, 0.1), None, 0.1, 1.0, "Refused", f"refused {key[0]}", words)
        log.ended(call, who, end, 2.0)
    there.close()
    log.close()
    done = called("remove", work, content.id, "--json")
    assert done.status == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["answers"], told["attempts"]) == (3, 3)
    left = Responses(store)
    assert {key for key in asked if key in left} == {"c" * 32, "d" * 32}
    rows = [
        row
        for path in (work / "attempts").glob("*.parquet")
        for row in pa.Table.to_pylist(pq.read_table(path))
        if row["event"] == "ended"
    ]
    assert sum(row["cost_usd"] for row in rows) == pytest.approx(0.5)
    assert {row["key"][0] for row in rows if row["message"]} == {"c", "d"}
    raw = repr(rows)
    assert "secret a" not in raw
    assert "secret d" in raw


def test_no_run_starts_over_an_interrupted_removal(root: Path) -> None:
    content = Content(root, "mirror.mp4")
    bury(content.workspace.store, content.id, "")
    done = built("run", root / "two.yaml", "--work", root / "work")
    assert done.status == 2
    assert f"demitasse remove {root / 'work'} {content.id}" in done.stderr.replace("\n", "")


@pytest.mark.parametrize("step", [1, 2, 5, 9, 14, 20, 30, 45])
def test_one_that_dies_is_ended_by_the_same_command(root: Path, step: int) -> None:
    content = Content(root, "mirror.mp4")
    work = root / "work"
    before = others(work, content.id, content.questions)
    order = [stage.name for stage in stages(load_recipe(work / "recipe.yaml", []), work)]

    def remove() -> None:
        workspace = content.workspace
        with workspace.writing():
            workspace.prepare()
            video = find_video(workspace, order[0], content.id)
            take_down(workspace, order, survey(workspace, order, video), "")

    with killed_at(step), pytest.raises(Killed):
        remove()
    if removals(content.workspace.store):
        with pytest.raises(UsageError, match="was interrupted"):
            check_whole(content.workspace.store)
    remove()
    check_whole(content.workspace.store)
    assert content.left(work) == []
    assert others(work, content.id, content.questions) == before
    report = build(root)
    assert {stage for stage, ran in report.ran.items() if ran} == {"publish"}
    assert report.counts["videos"].rejected == {"removed": 1}


@pytest.mark.parametrize(
    ("name", "words"), [("nothing.mp4", "knows no video 'nothing.mp4'"), ("", "knows no video ''")]
)
def test_an_unknown_video_is_named(root: Path, name: str, words: str) -> None:
    done = called("remove", root / "work", name)
    assert done.status == 2
    assert words in done.stderr
