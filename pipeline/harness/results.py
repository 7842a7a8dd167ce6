"""What an evaluation found: `results.json`, and the schema of it."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from pipeline.evaluation.published import PublishedTable
from pipeline.recipe.evaluation import ProtocolName

FORMAT: Final = 1
FILE: Final = "results.json"
QUESTIONS: Final = "questions.jsonl"
"""A line for each question, input and protocol, beside it."""


class _Result(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Interval(_Result):
    """An average, and the interval in which it lies with a probability of 95 %."""

    value: float
    low: float
    high: float


class Average(_Result):
    """One average in three readings; null where there is nothing to average."""

    graded: Interval | None
    """Over the questions that were graded."""
    lower: Interval | None
    """Over all that were asked, unparsed and failed ones at the lowest value there is."""
    upper: Interval | None
    """Likewise at the highest."""


class MetricResult(_Result):
    """One measure of a protocol."""

    name: str
    lowest: float
    highest: float
    """The values between which it lies."""
    micro: Average
    """Every question counts the same."""
    macro: Average
    """Every task counts the same."""


class TaskResult(_Result):
    """One task of the dataset."""

    task: str
    asked: int
    open: int
    """Questions that were not graded."""
    metrics: dict[str, Average]


class ProtocolResult(_Result):
    """One protocol, under one input."""

    protocol: ProtocolName
    version: str
    """Changes when what it asks or how it grades does."""
    primary: str
    """The measure that tables show first."""
    asked: int
    graded: int
    unparsed: dict[str, int]
    """Answers in which no answer could be read, by reason."""
    failed: dict[str, int]
    """Questions without an answer or without a grade, by error class."""
    skipped: int
    """Questions of the dataset that cannot be asked in this form."""
    videos: int
    """Of the questions asked; intervals are bootstrapped over them."""
    metrics: list[MetricResult]
    tasks: list[TaskResult]


class CostResult(_Result):
    """What answering takes, a question, on average."""

    frames: float
    frames_considered: float
    """Looked at by the frame selector; otherwise those given."""
    tokens_in: float | None
    """Of the model, as its endpoint counts; null where it does not."""
    tokens_out: float | None
    picture_tokens: float | None
    """A picture, to the model."""
    picture_tokens_from: str | None
    """`settings`, or `usage`."""
    token_ratio: float | None
    """Picture tokens in relation to those of all frames (`cost.fps`)."""
    tflops: float | None
    """2 x parameters x tokens, the selector's part included."""
    selector_tflops: float | None
    """That part."""


class InputResult(_Result):
    """What one input led to."""

    input: str
    protocols: list[ProtocolResult]
    cost: CostResult


class DatasetFacts(_Result):
    """Which questions were asked."""

    name: str
    kind: str
    version: str
    """Of a benchmark; empty otherwise."""
    split: str
    questions: int
    sha256: str
    """Of the questions, keys and pictures: equal where the same was asked."""


class ModelFacts(_Result):
    """Who answered."""

    label: str
    kind: str
    reported: list[str]
    """What the endpoint said it was."""
    settings: dict[str, Any]


class PublishedBeside(_Result):
    """What others published under a protocol of this evaluation."""

    protocol: ProtocolName
    apart: str
    """Why its numbers and these cannot be compared; empty where the questions seem the same."""
    table: PublishedTable
    """As printed, with its source; `shown` says which columns are of which of our measures."""


class Results(_Result):
    """One evaluation."""

    format: int = FORMAT
    demitasse: str
    """The version that wrote this."""
    dataset: DatasetFacts
    model: ModelFacts
    judge: str | None
    embedder: str | None
    prompts: dict[str, str]
    """SHA-256 of what was asked with, by id and version."""
    settings: dict[str, Any]
    """All that changes a result."""
    inputs: list[InputResult] = Field(min_length=1)
    """Those of the settings, then `blind`."""
    published: list[PublishedBeside]
    """Of every protocol in turn."""
