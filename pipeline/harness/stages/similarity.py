"""`grades_<input>_similarity`: open answers against reference and distractors, by embedding.

Right is what is closer to the reference than the bar, and closer than to every distractor. Where
the dataset has no options only the bar decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline.engine.stage import Blobs, Resources, Stage, Unit
from pipeline.evaluation.answers.parsed import Unparsed
from pipeline.evaluation.answers.stated import stated
from pipeline.evaluation.choices import LETTERS, read_label
from pipeline.harness.rows import Graded
from pipeline.harness.stages.grades import graded, reads
from pipeline.models.embedder import Embedder
from pipeline.models.loading import embedder_revision, load_embedder
from pipeline.outcome import Kept, Outcome
from pipeline.recipe import EmbedderSettings
from pipeline.recipe.evaluation import EvaluationIdentity
from pipeline.records import Record, record


@record
class OpenReply(Record):
    """What the model said."""

    id: str
    text: str


@record
class Reference(Record):
    """What is right, and what is not."""

    id: str
    answer: str
    options: tuple[str, ...]
    letter: str


@dataclass(frozen=True)
class Likeness:
    """Grades one reply after the other; an item's texts are one batch."""

    embedder: Embedder
    bar: float

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit in units:
            yield Kept([self._graded(unit.one(OpenReply), unit.one(Reference))])

    def _graded(self, reply: OpenReply, key: Reference) -> Graded:
        said = stated(reply.text)
        if isinstance(said, Unparsed):
            return graded(key.id, {}, unparsed=said.reason, message=said.message)
        labelled = zip(LETTERS, key.options, strict=False)
        wrong = [read_label(option)[1] for letter, option in labelled if letter != key.letter]
        vectors = self.embedder.embed([said.texts[-1], key.answer, *wrong])
        likeness = [float(value) for value in vectors[1:] @ vectors[0]]
        nearest = max(likeness[1:], default=-1.0)
        measures = {
            "accuracy": float(likeness[0] > self.bar and likeness[0] > nearest),
            "to_reference": likeness[0],
        }
        if wrong:
            measures["to_distractor"] = nearest
        return graded(key.id, measures)


def _likeness(embedder: EmbedderSettings, bar: float, blobs: Blobs) -> Likeness:
    return Likeness(load_embedder(embedder), bar)


def stage(identity: EvaluationIdentity, label: str) -> Stage:
    """Open answers in, how near they are out."""
    return Stage(
        name=f"grades_{label}_similarity",
        version=1,
        **reads(label, "similarity", OpenReply, Reference),
        identity={
            "bar": identity.similarity.bar,
            "embedder": identity.embedder.model_dump(mode="json"),
            "revision": embedder_revision(identity.embedder),
        },
        worker=partial(_likeness, identity.embedder, identity.similarity.bar),
        resources=Resources(model=True),
    )
