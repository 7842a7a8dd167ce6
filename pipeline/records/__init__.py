"""The records that stages exchange, and from which `schemas/` is generated.

One class is one table. Every record has an `id` that follows from content, never from time or
place, so that the same video gives the same ids on every machine. Rules that hold for all:

* A frame is `(frame_index, pts_seconds)`, both from the container: the index in presentation
  order, and the container's own clock (a non-zero start is kept, see `Video.start_seconds`).
* An interval is `[start, end)` in seconds on that clock, `start < end`.
* A box is `[x1, y1, x2, y2]`, normalised to 0..1 of the displayed (rotated) frame, x to the
  right, y down, `x1 < x2` and `y1 < y2`. VideoEspresso published centre-size boxes with an
  undocumented factor; nothing here can mean two things.
* Lists of records, never dicts keyed by names: Arrow turns those into structs full of nulls.
* Columns named in `UNHASHED` say where bytes lie; they are read but never enter a unit key.
"""

from pipeline.records.base import Bbox, Float32, Pair, Record, Status, check_bbox, record
from pipeline.records.captions import Caption, DetectedObject, Group, GroupFrame, Survivor, Vector
from pipeline.records.dataset import CoreFrame, Publication, Rejection, Sample, StageCount
from pipeline.records.frames import Frame, Metric, Scene
from pipeline.records.grounding import Box, Candidate, Extent, Interval, Unboxed
from pipeline.records.questions import (
    Claim,
    Evidence,
    Judgement,
    KeyItem,
    Mention,
    Options,
    Provenance,
    Question,
    Verdict,
)
from pipeline.records.rollouts import Difficulty, ProblemType, Rollout, Span
from pipeline.records.screening import Look, ScreenCount, Screened, Unwanted
from pipeline.records.sources import BoxOverride, Input, Keyframe, Override, Source, Video

__all__ = [
    "Bbox",
    "Box",
    "BoxOverride",
    "Candidate",
    "Caption",
    "Claim",
    "CoreFrame",
    "DetectedObject",
    "Difficulty",
    "Evidence",
    "Extent",
    "Float32",
    "Frame",
    "Group",
    "GroupFrame",
    "Input",
    "Interval",
    "Judgement",
    "KeyItem",
    "Keyframe",
    "Look",
    "Mention",
    "Metric",
    "Options",
    "Override",
    "Pair",
    "ProblemType",
    "Provenance",
    "Publication",
    "Question",
    "Record",
    "Rejection",
    "Rollout",
    "Sample",
    "Scene",
    "ScreenCount",
    "Screened",
    "Source",
    "Span",
    "StageCount",
    "Status",
    "Survivor",
    "Unboxed",
    "Unwanted",
    "Vector",
    "Verdict",
    "Video",
    "check_bbox",
    "record",
]
