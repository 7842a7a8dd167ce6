"""Entries for a page, with flat grey pictures on which a box's edge is easy to find."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from pipeline.engine.events import Counts
from pipeline.engine.status import StageStatus
from pipeline.records import Bbox, BoxOverride, Override
from pipeline.report.glance import Glance, gaps_of
from pipeline.report.items import (
    Ended,
    Item,
    Judged,
    KeyItemLine,
    Shown,
    ShownBox,
    ShownClaim,
    ShownFrame,
    Written,
)
from pipeline.report.source import Heading

WIDE, PORTRAIT = (640, 272), (360, 640)


@cache
def grey(size: tuple[int, int], shade: int = 150) -> bytes:
    """A plain picture of this width and height."""
    done, data = cv2.imencode(".jpg", np.full((size[1], size[0], 3), shade, np.uint8))
    assert done
    return data.tobytes()


def frame(n: int, pts: float, size: tuple[int, int] = WIDE, caption: str = "") -> ShownFrame:
    """Frame `n` of the video; pictures of one size are one picture."""
    width, height = size
    return ShownFrame(f"v1/f{n}", n, pts, caption, f"grey{width}x{height}", width, height)


def box(item: str, frame: int, bbox: Bbox, **changes: object) -> ShownBox:
    """A certain, verified box."""
    made = ShownBox(item, frame, bbox, 0.75, "ssd", certain=True, verified=True, clip=None)
    return replace(made, **changes)  # type: ignore[arg-type]


FRAMES = (
    frame(25, 1.0, caption="Two dogs by a tram."),
    frame(75, 3.0, caption="A tram."),
    frame(100, 4.0, PORTRAIT, "A dog."),
)
BOXES = (
    box("tram_1", 0, (0.25, 0.2, 0.75, 0.9)),
    box("dog_1", 0, (0.0, 0.5, 0.2, 1.0), certain=False, score=0.61),
    box("dog_1", 0, (0.6, 0.55, 0.98, 0.8), certain=False, score=0.58),
    box("tram_1", 1, (0.3, 0.0, 1.0, 0.6), verified=False, score=0.44),
    box("dog_2", 2, (0.1, 0.3, 0.6, 0.7)),
)


def item(name: str, **changes: object) -> Item:
    """A sample with three frames, three key items with boxes and one without."""
    made = Item(
        id=name,
        kind="question",
        outcome="sample",
        stage="",
        reason="",
        message="",
        task="event_process",
        split="train",
        video="v1",
        source="street.mp4",
        question=f"What does the tram do before the dog of {name} is alone?",
        answer="It passes the dogs.",
        written_answer="",
        options=("It stops.", "It passes the dogs.", "It turns.", "It waits."),
        letter="B",
        frames=FRAMES,
        items=(
            KeyItemLine("tram_1", "tram", 0, ""),
            KeyItemLine("dog_1", "dog", 0, ""),
            KeyItemLine("dog_2", "dog", 2, ""),
            KeyItemLine("lamp_1", "lamp", 1, "the detector found nothing of the kind"),
        ),
        boxes=BOXES,
        evidence="At 1.0 seconds <obj>tram_1</obj> is by <obj>dog_1</obj>. At 4.0 seconds "
        "<obj>dog_2</obj> is alone. So it passed.",
        claims=(
            ShownClaim(
                "At 1.0 seconds <obj>tram_1</obj> is by <obj>dog_1</obj>.", (0, 1), 1.0, 3.04
            ),
            ShownClaim("At 4.0 seconds <obj>dog_2</obj> is alone.", (2,), 4.0, 4.04),
            ShownClaim("So it passed.", (), None, None),
        ),
        start=0.0,
        end=10.0,
        judgements=(
            Judged("consistent_with_frames", True, "All is there."),
            Judged("unique_answer", True, "There is one tram."),
        ),
        passed=True,
        overridden=False,
        written=(
            Written(
                "questions", "endpoint", "m@1", "", "captions", "q@1", "ab" * 32, "model", "stop"
            ),
        ),
        ended=(),
        facts=(("licence", "CC-BY-4.0"),),
        hint="",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def rejected(name: str, stage: str, reason: str, **changes: object) -> Item:
    """A question that is no sample."""
    message = f"{reason.replace('_', ' ')}, in a sentence"
    fate = {"outcome": "rejected", "stage": stage, "reason": reason, "message": message}
    return item(name, **{"split": "", "passed": False, **fate, **changes})


def unit(stage: str, name: str, reason: str) -> Item:
    """A unit of an early stage that failed."""
    bare = {"frames": (), "items": (), "boxes": (), "claims": (), "evidence": "", "options": ()}
    words = {"question": "", "answer": "", "letter": "", "task": "", "split": "", "written": ()}
    return item(
        f"{stage}:{name}",
        kind="unit",
        outcome="failed",
        stage=stage,
        reason=reason,
        message="its worker died twice",
        passed=None,
        judgements=(),
        **bare,
        **words,
    )


def some() -> list[Item]:
    """One of each kind there is."""
    return [
        item("q1"),
        item("q2", task="traffic_analysis", split="test", answer="Nothing, it stands."),
        rejected("r1", "verdicts", "unique_answer"),
        rejected("r2", "grounding", "no_verified_box", boxes=(), hint="It needs a box."),
        rejected("r3", "selection", "near_duplicate", task="traffic_analysis"),
        item(
            "f1",
            outcome="failed",
            stage="evidence",
            reason="incomplete",
            split="",
            ended=(Ended("evidence", "failed", "Truncated", "the reply did not end"),),
        ),
        item("w1", outcome="waiting", split="", passed=None, judgements=()),
        unit("captions", "v9/w0", "WorkerDied"),
    ]


@dataclass(frozen=True)
class Entries:
    """A source of these items."""

    items: Sequence[Item]
    before: tuple[Override, ...] = ()
    drawn: tuple[BoxOverride, ...] = ()
    title: str = "street"

    @property
    def heading(self) -> Heading:
        return Heading(self.title, "workspace", "work/street", "k1")

    def glances(self) -> Iterator[Glance]:
        for i in self.items:
            gaps = gaps_of([f.pts for f in i.frames]) if i.outcome == "sample" else ()
            yield Glance(i.id, i.outcome, i.task, i.split, i.stage, i.reason, gaps)

    def shown(self, chosen: Sequence[Glance]) -> Iterator[Shown]:
        by_id = {i.id: i for i in self.items}
        for glance in chosen:
            found = by_id[glance.id]
            yield found, _pictures(found)

    def stages(self) -> Sequence[StageStatus]:
        counts = Counts(10, 6, {"too_short": 2}, {"WorkerDied": 1})
        return (StageStatus("videos", counts, 1.0, 0, 0.0, ()),)

    def overrides(self) -> Sequence[Override]:
        return self.before

    def box_overrides(self) -> Sequence[BoxOverride]:
        return self.drawn


def _pictures(entry: Item) -> Mapping[str, bytes]:
    return {f.picture: grey((f.width, f.height)) for f in entry.frames if f.picture is not None}
