"""What writers must answer, stage by stage; the JSON schemas sent to endpoints come from here."""

import re
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from pipeline.models.box_conventions import Scale, to_bbox
from pipeline.records import Bbox, check_bbox
from pipeline.tasks import TASKS_OF, Task


def _within_the_frame(bbox: Bbox) -> Bbox:
    check_bbox(bbox)
    return bbox


DISTRACTORS: Final = 3
"""Of a question (VideoEspresso, supplement, figure 12)."""


def _given(frame: str, info: ValidationInfo) -> str:
    """The id of a frame that the request gave under this name.

    Without a context (the program builds replies from ids) the value is the id.
    """
    if info.context is None:
        return frame
    given: Mapping[str, str] = info.context["given"]
    if frame not in given:
        names = f"{next(iter(given))} to {list(given)[-1]}" if given else "none"
        raise ValueError(f"{frame!r} is no frame that was given: those are {names}")
    return given[frame]


def _names_no_frame(text: str, info: ValidationInfo) -> str:
    """Names of frames mean something in one request only: readers of a dataset never see them."""
    found = [] if info.context is None else _FRAME_NAME.findall(text)
    if named := sorted(set(found) & set(info.context["given"] if info.context else ())):
        raise ValueError(f"speaks of {', '.join(named)}: say at what time or what is seen instead")
    return text


_REFERENCE: Final = re.compile(r"<obj>(.*?)</obj>")
_TAG: Final = re.compile(r"</?obj>")
_FRAME_NAME: Final = re.compile(r"\bF\d+\b")


def _of_videoespresso(task: Task) -> Task:
    if task not in TASKS_OF["videoespresso"]:
        raise ValueError(f"{task} is a task of another recipe")
    return task


EspressoTask = Annotated[
    Task,
    AfterValidator(_of_videoespresso),
    WithJsonSchema({"type": "string", "enum": [str(t) for t in TASKS_OF["videoespresso"]]}),
]


def _of_a_route(task: Task) -> Task:
    if task not in TASKS_OF["ego_st"]:
        raise ValueError(f"{task} asks about no route")
    return task


RouteTask = Annotated[
    Task,
    AfterValidator(_of_a_route),
    WithJsonSchema({"type": "string", "enum": [str(t) for t in TASKS_OF["ego_st"]]}),
]
FrameId = Annotated[str, AfterValidator(_given)]
Prose = Annotated[str, AfterValidator(_names_no_frame)]
Place = Annotated[Bbox, AfterValidator(_within_the_frame)]
Words = Annotated[Prose, Field(min_length=1)]


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class DraftQuestion(_Reply):
    """A question with its answer."""

    task: EspressoTask
    question: Prose
    answer: Prose
    frames: tuple[FrameId, ...]
    """Ids of the frames of the group that the answer rests on, in time order."""


class QuestionsReply(_Reply):
    questions: tuple[DraftQuestion, ...]


class DraftRouteQuestion(_Reply):
    """A planned question about a route in words, with its answer."""

    task: RouteTask
    question: Words
    answer: Words


class RouteQuestionsReply(_Reply):
    questions: tuple[DraftRouteQuestion, ...]


class Criterion(StrEnum):
    """What a review asks of a question: VideoEspresso's figure 8, and that one answer is right."""

    CONSISTENT_WITH_FRAMES = "consistent_with_frames"
    NEEDS_SEVERAL_FRAMES = "needs_several_frames"
    NOT_SUBJECTIVE = "not_subjective"
    NARRATIVE_CONTINUITY = "narrative_continuity"
    UNIQUE_ANSWER = "unique_answer"


class DraftJudgement(_Reply):
    """One criterion, met or not, with a reason either way."""

    criterion: Criterion
    passed: bool
    reason: Words


class BlindReply(_Reply):
    """What somebody answers who has seen nothing."""

    answer: Words


class VerdictReply(_Reply):
    """A judgement on every criterion: what a judge does not look at has not passed."""

    judgements: tuple[DraftJudgement, ...]

    @model_validator(mode="after")
    def _each_once(self) -> "VerdictReply":
        given = Counter(judgement.criterion for judgement in self.judgements)
        if wrong := [criterion.value for criterion in Criterion if given[criterion] != 1]:
            raise ValueError(f"needs one judgement each on {', '.join(wrong)}")
        return self


class DraftComparison(_Reply):
    """Whether two answers say the same."""

    same: bool
    reason: Words


class BlindVerdictReply(VerdictReply):
    """A review that was also told what somebody answers who has seen nothing."""

    blind: DraftComparison
    """The blind answer beside the answer under review."""


class DraftKeyItem(_Reply):
    """An object that the claims name."""

    item: Annotated[str, Field(pattern=r"^[\w-]+$")]
    """Its name in the claims, unique: `person_1`."""
    phrase: Words
    """What to look for in the frame: `person`."""
    frame: FrameId
    near: Place | None
    """Where it was seen, `[x1, y1, x2, y2]` normalised to 0..1, if that is known."""


class DraftClaim(_Reply):
    """One sentence; key items stand in it as `<obj>person_1</obj>`."""

    text: Words
    frames: Annotated[tuple[FrameId, ...], Field(min_length=1)]
    """Ids of the frames that it speaks of: they give it its time."""


class EvidenceReply(_Reply):
    key_items: tuple[DraftKeyItem, ...]
    claims: tuple[DraftClaim, ...]

    @model_validator(mode="after")
    def _in_itself(self, info: ValidationInfo) -> "EvidenceReply":
        """A model is asked again; a reply that was not read from text is its stage's to judge."""
        if info.context is not None and (message := mismatch(self)):
            raise ValueError(message)
        return self


def referred(text: str) -> list[str]:
    """The key items that a sentence names."""
    return _REFERENCE.findall(text)


def mismatch(reply: EvidenceReply) -> str | None:
    """Where the claims and the key items differ, in one sentence; None where they agree."""
    names = [item.item for item in reply.key_items]
    named = {name for claim in reply.claims for name in referred(claim.text)}
    if len(set(names)) < len(names):
        return "the evidence gives two key items one name"
    if silent := sorted(set(names) - named):
        tags = ", ".join(f"<obj>{name}</obj>" for name in silent)
        return f"no claim has {tags}: a key item stands in a claim with its tags, or is left out"
    if unknown := sorted(named - set(names)):
        tags = ", ".join(f"<obj>{name}</obj>" for name in unknown)
        return f"the claims have {tags}, which is no key item"
    if any(_TAG.search(_REFERENCE.sub("", claim.text)) for claim in reply.claims):
        return "the evidence has an <obj> without its </obj>, or the other way round"
    unclaimed = [item.item for item in reply.key_items if not _claimed(item, reply.claims)]
    if unclaimed:
        return f"no claim that names {', '.join(unclaimed)} cites the frame to find it on"
    return None


def _claimed(item: DraftKeyItem, claims: tuple[DraftClaim, ...]) -> bool:
    """Whether a claim that names the item cites its frame, so that box and time agree."""
    return any(item.frame in c.frames and item.item in referred(c.text) for c in claims)


class DraftDistractor(_Reply):
    """A false answer that sounds like the true one."""

    text: Words
    why_wrong: Words
    """What of it the video shows otherwise."""


def _as_many(
    found: tuple[DraftDistractor, ...], info: ValidationInfo
) -> tuple[DraftDistractor, ...]:
    """A model is asked again; the program gives as many as its rules make."""
    if info.context is not None and len(found) != DISTRACTORS:
        raise ValueError(f"needs {DISTRACTORS} distractors, not {len(found)}")
    return found


class DraftCaption(_Reply):
    """What one frame shows."""

    number: Annotated[int, Field(ge=1)]
    """Of the frame, from 1."""
    text: Words


class CaptionsReply(_Reply):
    """One caption a frame."""

    captions: tuple[DraftCaption, ...]

    @model_validator(mode="after")
    def _one_a_frame(self, info: ValidationInfo) -> "CaptionsReply":
        count = len(self.captions) if info.context is None else int(info.context["frames"])
        if sorted(caption.number for caption in self.captions) != list(range(1, count + 1)):
            raise ValueError(f"needs one caption each with number 1 to {count}")
        return self

    @property
    def texts(self) -> tuple[str, ...]:
        """The captions in the order of the frames, on one line each."""
        ordered = sorted(self.captions, key=lambda caption: caption.number)
        return tuple(" ".join(caption.text.split()) for caption in ordered)


class OptionsReply(_Reply):
    """What stands beside the true answer."""

    distractors: Annotated[
        tuple[DraftDistractor, ...],
        AfterValidator(_as_many),
        Field(json_schema_extra={"minItems": DISTRACTORS, "maxItems": DISTRACTORS}),
    ]


SLACK: Final = 0.01
"""Of the picture: a model may reach beyond an edge by so much (ours). More is no rounding: the
server sees the picture in another size than the recipe says."""

Coordinate = Annotated[float, Field(strict=True, allow_inf_nan=False)]


def _a_box(
    numbers: tuple[float, float, float, float], info: ValidationInfo
) -> tuple[float, float, float, float]:
    """Numbers that say a part of the picture, by the scale of the request."""
    if info.context is None:
        return numbers
    scale: Scale = info.context["scale"]
    edges = (scale.width, scale.height) * 2
    if not all(
        -SLACK * edge <= number <= (1 + SLACK) * edge
        for number, edge in zip(numbers, edges, strict=True)
    ):
        raise ValueError(
            f"{_list(numbers)} reaches beyond the picture: x goes from 0 to {scale.width} and y "
            f"from 0 to {scale.height}"
        )
    x1, y1, x2, y2 = to_bbox(numbers, scale)
    if x1 >= x2 or y1 >= y2:
        raise ValueError(f"{_list(numbers)} is no [x1, y1, x2, y2] with x1 < x2 and y1 < y2")
    return numbers


def _list(numbers: tuple[float, ...]) -> str:
    return f"[{', '.join(f'{v:g}' for v in numbers)}]"


class DraftBox(_Reply):
    """One thing in the picture."""

    bbox_2d: Annotated[
        tuple[Coordinate, Coordinate, Coordinate, Coordinate], AfterValidator(_a_box)
    ]
    """Its left, top, right and bottom edge, as the prompt says that they are counted."""


class BoxesReply(_Reply):
    """Where the picture shows what was looked for; nowhere is an answer too."""

    boxes: tuple[DraftBox, ...]


BY_NAME: Final[dict[str, type[BaseModel]]] = {
    "questions": QuestionsReply,
    "route_questions": RouteQuestionsReply,
    "verdict": VerdictReply,
    "blind": BlindReply,
    "blind_verdict": BlindVerdictReply,
    "evidence": EvidenceReply,
    "options": OptionsReply,
    "captions": CaptionsReply,
    "boxes": BoxesReply,
}
"""As the front matter of prompts names them."""
