"""Writing distractors: edits of the answer that each make it false by themselves."""

from collections.abc import Sequence
from itertools import combinations
from typing import Final

from pydantic import TypeAdapter

from pipeline.models.program.distractors.choose import distractors
from pipeline.models.program.distractors.mentions import labels_in
from pipeline.models.program.distractors.rules import read_rules
from pipeline.models.replies import DraftDistractor, OptionsReply
from pipeline.models.writer import Request
from pipeline.records import GroupFrame

_FRAMES = TypeAdapter(list[GroupFrame])

_WHY: Final = "It is the answer with what it states changed."


def write(request: Request) -> OptionsReply:
    """As many as the rules of the prompt make, at most `count`."""
    inputs, rules = request.inputs, read_rules(request.prompt)
    frames = _FRAMES.validate_python(inputs["frames"])
    seen = {frame.frame: objects_of(frame) for frame in frames}
    cited = [seen[name] for name in inputs["cited"] if name in seen]
    true: Sequence[str] = inputs["true_answers"]
    wrong = distractors(
        rules,
        question=inputs["question"],
        answer=inputs["answer"],
        present=frozenset().union(*seen.values(), *map(labels_in, [inputs["question"], *true])),
        together=frozenset(frozenset(p) for c in cited for p in combinations(c, 2)),
        true=true,
        max_length_ratio=inputs["max_length_ratio"],
        count=inputs["count"],
        seed=inputs["seed"],
    )
    return OptionsReply(
        distractors=tuple(DraftDistractor(text=text, why_wrong=_WHY) for text in wrong)
    )


def objects_of(frame: GroupFrame) -> frozenset[str]:
    """The objects that a detector saw in a frame or that its caption names."""
    return labels_in(frame.caption).union(o.label for o in frame.objects)
