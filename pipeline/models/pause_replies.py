"""What writers must answer about a paused video (Pause-and-Think)."""

from itertools import pairwise
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, BaseModel, WithJsonSchema, model_validator

from pipeline.models.replies import (
    DraftClaim,
    DraftQuestion,
    EvidenceReply,
    QuestionsReply,
    VerdictReply,
)
from pipeline.records import Scope
from pipeline.tasks import TASKS_OF, Task


def _of_pause_and_think(task: Task) -> Task:
    if task not in TASKS_OF["pause_and_think"]:
        raise ValueError(f"{task} is a task of another recipe")
    return task


PauseTask = Annotated[
    Task,
    AfterValidator(_of_pause_and_think),
    WithJsonSchema({"type": "string", "enum": [str(t) for t in TASKS_OF["pause_and_think"]]}),
]

Step = Literal["observation", "so_far", "inference"]
"""What a sentence of the reasoning does, in the order in which they stand."""
STEPS: Final[tuple[Step, ...]] = get_args(Step)


class PauseQuestion(DraftQuestion):
    """A question that is asked while the video stands still, with its answer."""

    task: PauseTask
    scope: Scope
    """`scene`: about what is to be seen; `goal`: about what the person is up to."""


class PauseQuestionsReply(QuestionsReply):
    questions: tuple[PauseQuestion, ...]


class PauseVerdictReply(VerdictReply):
    """A judgement on every criterion, of a question that is asked while the video stands still."""


class DraftStep(DraftClaim):
    """One sentence of the reasoning; key items stand in it as `<obj>cup_1</obj>`."""

    step: Step
    """`observation`: the paused moment; `so_far`: what came before; `inference`: the goal, and what
    follows from it for the answer."""


class PauseEvidenceReply(EvidenceReply):
    """Reasoning first: the paused moment, what was done so far, what follows."""

    claims: tuple[DraftStep, ...]

    @model_validator(mode="after")
    def _in_order(self) -> "PauseEvidenceReply":
        places = [STEPS.index(claim.step) for claim in self.claims]
        if places and set(places) != set(range(len(STEPS))):
            raise ValueError(f"needs claims of each step: {', '.join(STEPS)}")
        if any(after < before for before, after in pairwise(places)):
            raise ValueError(f"needs the steps in this order: {', '.join(STEPS)}")
        return self


BY_NAME: Final[dict[str, type[BaseModel]]] = {
    "pause_questions": PauseQuestionsReply,
    "pause_verdict": PauseVerdictReply,
    "pause_evidence": PauseEvidenceReply,
}
"""As the front matter of prompts names them."""
