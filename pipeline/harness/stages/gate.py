"""The gated form: an answer at a glance, and reasoning only where the model is not sure of it.

The first call ends after a few tokens and asks for their log-probabilities; where the first box is
sure enough, that is the answer. Otherwise the same is asked again to its end. So what the gate
saves is never generated, and what it costs is one short call a question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pipeline.engine.stage import Blobs, Closing, Unit
from pipeline.evaluation.answers.grammars import first_and_last
from pipeline.evaluation.gate import Confidence, confidence
from pipeline.evaluation.tokens import Token
from pipeline.harness.models.baseline import Baseline
from pipeline.harness.stages.asking import SECTION, Asked, group_frames, inputs_of, not_asked, said
from pipeline.llm.plain import PlainText
from pipeline.llm.session import Session
from pipeline.models.loading import make_writer
from pipeline.models.writer import Answer, Request, Writer
from pipeline.outcome import Kept
from pipeline.prompts import Prompt
from pipeline.recipe.evaluation import GateSettings, ModelSettings, ProgramModelSettings
from pipeline.stages.writing import Ask, AskingWorker, Script


@dataclass(frozen=True)
class FirstThenWhole:
    """Answers requests that ask for log-probabilities with a few tokens, the others in full."""

    first: Writer
    whole: Writer

    def answer(self, requests: Sequence[Request]) -> Sequence[Answer]:
        """See `Writer`."""
        short = [request for request in requests if request.logprobs]
        long = [request for request in requests if not request.logprobs]
        firsts = iter(self.first.answer(short) if short else ())
        wholes = iter(self.whole.answer(long) if long else ())
        return [next(firsts) if request.logprobs else next(wholes) for request in requests]

    def close(self) -> None:
        for writer in (self.first, self.whole):
            if isinstance(writer, Closing):
                writer.close()


def gated(gate: GateSettings, prompt: Prompt, unit: Unit) -> Script:
    """The script of one item."""
    item, frames = unit.one(Asked), group_frames(unit)
    if rejected := not_asked(item, "gated"):
        return rejected
    inputs = inputs_of(item, prompt)
    first = yield Ask(prompt, inputs, PlainText, frames, logprobs=True)
    assert isinstance(first.data, PlainText)
    sure = _sure(first.data, item)
    if sure is not None and sure.exits(gate.confidence):
        row = said(
            item.id, frames, [first], first=sure.answer, confidence=sure.value, thought=False
        )
        return Kept([row])
    whole = yield Ask(prompt, inputs, PlainText, frames)
    assert isinstance(whole.data, PlainText)
    row = said(
        item.id,
        frames,
        [first, whole],
        first=first_and_last(whole.data.text)[0],
        confidence=None if sure is None or sure.answer is None else sure.value,
    )
    return Kept([row])


def _sure(first: PlainText, item: Asked) -> Confidence | None:
    """How sure the model is; None where the endpoint gives no log-probabilities."""
    if first.tokens is None:
        return None
    tokens = [Token(token.text.encode(), token.logprob) for token in first.tokens]
    return confidence(tokens, options=item.options)


def gated_worker(
    stage: str,
    model: ModelSettings,
    gate: GateSettings,
    prompt: Prompt,
    session: Session | None,
    blobs: Blobs,
) -> AskingWorker:
    """The worker of a stage that asks in the gated form."""
    script = partial(gated, gate, prompt)
    if isinstance(model, ProgramModelSettings):
        return AskingWorker(stage, model, Baseline(), blobs, script)  # type: ignore[arg-type]
    short = model.model_copy(update={"max_tokens": min(gate.first_tokens, model.max_tokens)})
    writer = FirstThenWhole(
        make_writer(SECTION, short, session), make_writer(SECTION, model, session)
    )
    return AskingWorker(stage, model, writer, blobs, script)
