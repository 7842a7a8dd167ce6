"""What rollouts read of each table."""

from pipeline.records import Record, record
from pipeline.tasks import Task


@record
class PassedVerdict(Record):
    """A verdict, of which only those that passed become units."""

    id: str
    video: str
    passed: bool
    answer: str


@record
class AskedQuestion(Record):
    """The question."""

    id: str
    group: str
    task: Task
    question: str


@record
class Choices(Record):
    """Its multiple-choice form."""

    id: str
    options: tuple[str, ...]
    letter: str


@record
class RestsOn(Record):
    """The core frames of its evidence."""

    id: str
    core_frames: tuple[str, ...]


@record
class ClaimTime(Record):
    """When a claim of its evidence holds."""

    id: str
    question: str
    claim: str
    start_seconds: float
    end_seconds: float
