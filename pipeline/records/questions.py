"""What writers write: questions, their review, the evidence and the options."""

from typing import Literal

from pipeline.records.base import Bbox, Record, record
from pipeline.tasks import Task


@record
class Provenance(Record):
    """Who wrote a row, with what, asked how."""

    stage: str
    writer: str
    """`program`, or the endpoint's kind."""
    model: str
    """The model's label with its revision; the program's version where there is no model."""
    model_reported: str = ""
    """What the endpoint said it was; empty for the program."""
    mode: Literal["captions", "frames"] = "captions"
    """What the writer was given of the frames: their captions, or their pictures too."""
    prompt: str
    """The prompt's id and version."""
    prompt_sha256: str
    schema_sha256: str = ""
    """Of the reply's JSON schema as it was sent; empty for the program."""
    requests: tuple[str, ...] = ()
    """Keys of the requests in the response store, a reply that was corrected first; none for
    the program."""
    finish_reason: str = ""
    tokens_in: int | None = 0
    """That the requests were given, whoever paid for them and when, as their answers say; null
    where one does not, 0 for the program."""
    tokens_out: int | None = 0
    """That the answers have, likewise."""
    answer_source: Literal["model", "derived", "human"]
    """`derived`: computed from detections by a program; `human`: an override's words."""


@record
class Question(Record):
    """A question that needs several frames of its group, with its answer."""

    id: str
    """Hash of group, task, question and answer."""
    video: str
    group: str
    task: Task
    question: str
    answer: str
    frames: tuple[str, ...]
    """The core frames that the answer rests on, in time order."""
    provenance: Provenance


@record
class Judgement(Record):
    """One criterion of the review, met or not, and why."""

    criterion: str
    passed: bool
    reason: str


@record
class Verdict(Record):
    """The review of one question."""

    id: str
    """The question's id."""
    video: str
    passed: bool
    """All criteria met, or a human said keep."""
    answer: str
    """The answer that counts from here on: the writer's, or a human's correction."""
    judgements: tuple[Judgement, ...]
    overridden: bool
    provenance: Provenance


@record
class KeyItem(Record):
    """An object that the evidence names, on the core frame where it must be found."""

    item: str
    """The name as the evidence text uses it, e.g. `person_2`; unique within the evidence."""
    phrase: str
    """What a detector is asked for, e.g. `person`."""
    frame: str
    mention: str
    """The id of the `Mention` that asks for it."""
    near: Bbox | None
    """Where the writer saw it, if it did; tells two objects of one phrase apart."""


@record
class Claim(Record):
    """One sentence of the evidence and the frames it speaks of."""

    text: str
    frames: tuple[str, ...]


@record
class Evidence(Record):
    """The reasoning that leads from core frames to the answer."""

    id: str
    """The question's id."""
    video: str
    text: str
    """Refers to key items as `<obj>item</obj>`; the claims' texts, joined."""
    core_frames: tuple[str, ...]
    key_items: tuple[KeyItem, ...]
    claims: tuple[Claim, ...]
    mentions: tuple[str, ...]
    """Sorted ids of the mentions that the key items ask for."""
    provenance: Provenance


@record
class Mention(Record):
    """A frame and a phrase to look for in it, shared by all questions that ask for it."""

    id: str
    """`<frame>#<phrase>`."""
    video: str
    frame: str
    phrase: str


@record
class Options(Record):
    """The multiple-choice form of a question."""

    id: str
    """The question's id."""
    video: str
    options: tuple[str, ...]
    """Four texts in the order shown; one is the answer."""
    letter: str
    """`A` to `D`: the place of the answer, drawn from a hash of the question's id."""
    provenance: Provenance
