"""Samples as selection hands them to publish, with real JPEGs, for the tests of this folder."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.records import (
    Box,
    CoreFrame,
    Difficulty,
    Interval,
    Pair,
    Provenance,
    Rejection,
    Sample,
    Unboxed,
)
from pipeline.store import BlobStore
from pipeline.tasks import Task
from tests.stages.units import store_jpegs

QUESTIONS = Provenance(
    stage="questions",
    writer="program",
    model="1",
    prompt="questions/program@1",
    prompt_sha256="a" * 64,
    answer_source="derived",
)
EVIDENCE = replace(QUESTIONS, stage="evidence", prompt="evidence/program@1", prompt_sha256="b" * 64)


def jpeg(shade: int) -> bytes:
    """A small plain picture."""
    done, data = cv2.imencode(".jpg", np.full((48, 64, 3), shade % 256, np.uint8))
    assert done
    return data.tobytes()


def blob_of(folder: Path, count: int = 2) -> tuple[BlobStore, tuple[CoreFrame, ...]]:
    """A store with `count` pictures, and the core frames that refer to them."""
    blobs, places = store_jpegs(folder, [jpeg(40 * i) for i in range(count)])
    frames = tuple(
        CoreFrame(
            frame=f"v1/f{30 * i}",
            frame_index=30 * i,
            pts_seconds=float(i),
            width=64,
            height=48,
            caption=f"picture {i}",
            **place,
        )
        for i, place in enumerate(places)
    )
    return blobs, frames


def sample(
    number: int, frames: Sequence[CoreFrame], *, group: str | None = None, letter: str | None = "B"
) -> Sample:
    """Sample `number`, its split group drawn from it unless one is given."""
    name = f"q{number:04d}"
    frame = frames[0]
    return Sample(
        id=name,
        video="v1",
        split_group=group or f"group{number}",
        task=list(Task)[number % 3],
        question=f"What happens after event {number}?",
        answer=f"Event {number + 1} happens.",
        options=("One", f"Event {number + 1} happens.", "Three", "Four") if letter else (),
        letter=letter,
        start_seconds=0.0,
        end_seconds=float(len(frames)),
        video_start_seconds=0.0,
        video_seconds=10.0,
        core_frames=tuple(frames),
        evidence="First <obj>person_1</obj> stands, then walks.",
        key_items=("bag_1", "person_1"),
        boxes=(
            Box(
                id=f"{name}#person_1#1",
                question=name,
                video="v1",
                item="person_1",
                frame=frame.frame,
                frame_index=frame.frame_index,
                pts_seconds=frame.pts_seconds,
                bbox=(0.125, 0.1, 0.5, 0.9),
                score=0.75,
                clip_similarity=None,
                clip_frame=None,
                clip_random=None,
                certain=True,
                source="ssd-mobilenet-v2-coco",
                verified=True,
            ),
        ),
        unboxed=(
            Unboxed(
                id=f"{name}#bag_1",
                question=name,
                video="v1",
                item="bag_1",
                phrase="bag",
                frame=frame.frame,
                reason="below_score",
            ),
        ),
        intervals=(
            Interval(
                id=f"{name}#0",
                question=name,
                video="v1",
                claim="First a person stands.",
                pts_seconds=(0.0,),
                start_seconds=0.0,
                end_seconds=1.5,
            ),
        ),
        licence="CC-BY-4.0",
        source="example",
        metadata=(Pair(key="place", value="street"),),
        signature=tuple(number * 1000 + i for i in range(16)),
        provenance=(QUESTIONS, EVIDENCE),
    )


def tried(sample: Sample, right: int = 2, **values: Any) -> Sample:
    """A sample whose question a policy was asked eight times."""
    provenance = replace(
        QUESTIONS,
        stage="rollouts",
        writer="endpoint",
        model="policy@1",
        prompt="rollouts/endpoint@1",
        requests=tuple(f"{sample.id}-{i}" for i in range(8)),
        answer_source="model",
    )
    base = Difficulty(
        id=sample.id,
        video=sample.video,
        problem_type="exact_match",
        problem=sample.question,
        solution=sample.letter or "",
        spans=(),
        samples=8,
        right=right,
        unparsed=1,
        counted=8,
        pass_rate=right / 8,
        mean_reward=1.5,
        frames=tuple(frame.frame for frame in sample.core_frames),
        provenance=provenance,
    )
    return replace(
        sample,
        difficulty=replace(base, **values),
        provenance=(*sample.provenance, provenance),
    )


def rejection(number: int) -> Rejection:
    """A question that was turned down."""
    return Rejection(
        id=f"r{number:04d}",
        video="v1",
        task=Task.EVENT_PROCESS,
        question="Is it?",
        answer="Yes",
        stage="selection",
        reason="yes_no_bias",
        message="too many of the video's questions are answered with yes or no",
    )
