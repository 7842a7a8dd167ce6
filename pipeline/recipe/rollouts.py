"""Settings of the policy whose answers are sampled, and of what is made of them."""

from typing import Annotated, Literal

from pydantic import Field, Tag

from pipeline.recipe.base import Count, Fraction, Positive, Settings, by_kind
from pipeline.recipe.endpoint import EndpointWriterSettings


class ProgramPolicySettings(Settings):
    """A guesser that looks at nothing: chance level, for trying the chain without a model."""

    kind: Literal["program"] = "program"
    seed: int = 0
    """Another seed guesses otherwise."""

    @property
    def sees(self) -> Literal["captions"]:
        """No picture is read for it."""
        return "captions"


class EndpointPolicySettings(EndpointWriterSettings):
    """The model that is to be trained, behind an OpenAI-compatible endpoint."""

    sees: Literal["captions", "frames"] = "frames"
    """`frames`: the pictures, as a trainer shows them; `captions`: text only."""
    temperature: Annotated[float, Field(ge=0, le=2)] = 1.0
    """Samples must differ, so not zero (ours: what GRPO trainers sample with)."""
    max_tokens: Count = 2048
    """Of a reply (VideoAuto-R1's training: 2048); a longer one is cut off, and graded as it is."""


PolicySettings = Annotated[
    Annotated[ProgramPolicySettings, Tag("program")]
    | Annotated[EndpointPolicySettings, Tag("endpoint")],
    by_kind("program", server="endpoint"),
]


class RolloutsSettings(Settings):
    """How hard questions are for a policy, and which are worth training on.

    VideoAuto-R1 keeps what 8 answers of a model neither all get right nor all get wrong (137K
    questions became 83K); its code for that was never published.
    """

    problem_type: Literal["exact_match", "math", "iou", "gqa"] | None = None
    """What is asked and how it is graded: a letter, a number, a stretch of time, or a letter with
    its time (VideoAuto-R1's names); null: no policy is asked."""
    samples: Annotated[int, Field(ge=2)] = 8
    """Answers to each question (VideoAuto-R1: 8)."""
    frames: Literal["core", "group"] = "core"
    """What the policy is given: the core frames, which are what exports show a trainer, or all
    frames of the question's group (ours)."""
    right_iou: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Temporal IoU from which a time is right; VideoAuto-R1 never published its own (ours)."""
    unparsed: Literal["wrong", "left_out"] = "wrong"
    """What an answer counts that cannot be read; a trainer's reward says `wrong` (ours)."""
    sampling: Literal["all", "gaussian"] = "all"
    """Of what is neither all right nor all wrong: keep `all`, or draw by pass rate (Time-R1)."""
    mean: Fraction = 0.3
    """Of `gaussian`: the pass rate that is always kept (Time-R1: 0.3)."""
    deviation: Positive = 0.2
    """Of `gaussian`: how fast others get rarer (Time-R1: 0.2)."""
    prompt: str | None = None
    """A file of `prompts/`, or a path; null: `rollouts/<kind of the policy>`."""

    @property
    def on(self) -> bool:
        """Whether a policy is asked at all."""
        return self.problem_type is not None
