"""The answers of a policy as graded rows."""

from pipeline.evaluation.answers.grammars import Form, first_and_last
from pipeline.evaluation.graders.grade import grade, right
from pipeline.evaluation.rewards.weighted import Weights, reward
from pipeline.llm.plain import PlainText
from pipeline.records import Rollout
from pipeline.stages.rollout_rules.problem import Problem

FORM: Form = "answer-think-answer"
"""What the prompt asks for (VideoAuto-R1)."""


def graded(
    question: str, video: str, replicate: int, reply: PlainText, problem: Problem, right_iou: float
) -> Rollout:
    """One answer, graded as the rewards of a trainer grade it.

    Args:
        right_iou: from which a time counts as right.
    """
    first, last = first_and_last(reply.text)
    said = grade(last or "", problem.truth)
    earned = reward(reply.text, problem.truth, FORM, weights=Weights(right_iou=right_iou))
    return Rollout(
        id=f"{question}#{replicate + 1}",
        question=question,
        video=video,
        replicate=replicate,
        first=first,
        last=last,
        first_reward=earned.first,
        last_reward=earned.task,
        reward=earned.total,
        formed=earned.format == 1,
        parsed=said.unparsed is None,
        unparsed=said.unparsed.reason if said.unparsed else None,
        right=right(said, problem.truth, iou=right_iou),
        cut_off=reply.cut_off,
    )
