"""`grades_<input>_<protocol>` of the protocols that need no model: rules decide."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pipeline.engine.stage import RECIPE, Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.evaluation.answers.grammars import first_and_last, is_fallback
from pipeline.evaluation.graders.grade import grade
from pipeline.evaluation.graders.truth import Truth, truth
from pipeline.evaluation.grounding import IOP_BARS, IOU_BARS
from pipeline.harness.forms import FORM_OF
from pipeline.harness.rows import Graded, Item, Measure, Said, Span
from pipeline.outcome import Kept, Outcome
from pipeline.recipe.evaluation import EvaluationIdentity, ProtocolName
from pipeline.records import Record, record


@record
class Reply(Record):
    """What the model said."""

    id: str
    text: str
    first: str | None
    thought: bool


@record
class Key(Record):
    """What is right."""

    id: str
    answer: str
    options: tuple[str, ...]
    letter: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Rules:
    """Grades replies one by one."""

    grade: Callable[[Reply, Key], Graded]

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit in units:
            yield Kept([self.grade(unit.one(Reply), unit.one(Key))])


def graded(
    item: str, measures: dict[str, float], *, unparsed: str = "", message: str = ""
) -> Graded:
    """A grade that no model gave."""
    return Graded(
        id=item,
        unparsed=unparsed,
        message=message,
        measures=tuple(Measure(name=n, value=float(v)) for n, v in measures.items()),
        judge="",
        requests=(),
    )


def objective(reply: Reply, key: Key) -> Graded:
    """The letter by anchored rules: `Answer: C` is C."""
    found = grade(reply.text, _truth("exact_match", key))
    if found.unparsed is not None:
        return graded(key.id, {}, unparsed=found.unparsed.reason, message=found.unparsed.message)
    return graded(key.id, {"accuracy": found.score})


def grounding(reply: Reply, key: Key) -> Graded:
    """The time, and where there are options the answer with it (NExT-GQA's Acc@GQA)."""
    found = grade(reply.text, _truth("gqa" if key.options else "iou", key))
    if found.unparsed is not None:
        return graded(key.id, {}, unparsed=found.unparsed.reason, message=found.unparsed.message)
    iou, iop = found.iou or 0.0, found.iop or 0.0
    measures: dict[str, float] = {"iou": iou, "iop": iop}
    measures |= {f"iou_{bar}": float(iou >= bar) for bar in IOU_BARS}
    measures |= {f"iop_{bar}": float(iop >= bar) for bar in IOP_BARS}
    if found.grounded is not None:
        measures |= {"acc_gqa": found.grounded, "accuracy": bool(found.answer)}
    return graded(key.id, measures)


def gated(reply: Reply, key: Key) -> Graded:
    """The answer that counts, which is the first where the gate took it, and the first by itself.

    A first box with the fallback sentence is no answer, and counts under `first_accuracy` nowhere.
    """
    wanted = _truth("exact_match", key)
    last = first_and_last(reply.text)[1] if reply.thought else reply.first
    # Whoever does not keep to the form may still have said what the answer is.
    found = grade(last if last is not None else reply.text, wanted)
    if found.unparsed is not None:
        return graded(key.id, {}, unparsed=found.unparsed.reason, message=found.unparsed.message)
    measures = {"accuracy": found.score, "thought": float(reply.thought)}
    first = grade(reply.first, wanted) if reply.first and not is_fallback(reply.first) else None
    if first is not None and first.unparsed is None:
        measures["first_accuracy"] = first.score
    return graded(key.id, measures)


def _truth(kind: str, key: Key) -> Truth:
    segments = [(span.start_seconds, span.end_seconds) for span in key.spans]
    return truth(kind, key.letter, options=key.options, segments=segments)


_BY_RULE: dict[ProtocolName, Callable[[Reply, Key], Graded]] = {
    "objective": objective,
    "grounding": grounding,
    "gated": gated,
}


def _rules(protocol: ProtocolName, blobs: Blobs) -> Rules:
    return Rules(_BY_RULE[protocol])


def reads(label: str, protocol: ProtocolName, reply: type[Record], key: type[Record]) -> Any:
    """Where a grading stage reads: the replies of the protocol's form, and the items' keys."""
    answers = f"answers_{label}_{FORM_OF[protocol]}"
    return {
        "primary": Table(answers, Said, reply),
        "split": by_column("id"),
        "lookups": (Lookup(Table(RECIPE, Item, key), "id", reply, "id"),),
        "writes": (Graded,),
    }


def stage(identity: EvaluationIdentity, label: str, protocol: ProtocolName) -> Stage:
    """What is said in, how right it is out."""
    return Stage(
        name=f"grades_{label}_{protocol}",
        version=1,
        **reads(label, protocol, Reply, Key),
        identity={},
        worker=partial(_rules, protocol),
    )
