"""Publish: the workspace's samples become the dataset folder.

It runs in the driver, over the whole workspace, and what it makes lies outside the parts; the
key in the folder's marker tells whether it is still there.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version

import pipeline
from pipeline import prompts
from pipeline.engine.stage import RECIPE, Blobs, Resources, Stage, Table, Unit, whole
from pipeline.models.caption_prompt import caption_prompt
from pipeline.models.face_detector import face_detector_revision
from pipeline.models.loading import (
    captioner_revision,
    clip_revision,
    detection_prompt,
    detector_revision,
    embedder_revision,
)
from pipeline.outcome import Kept, Outcome
from pipeline.prompts import Prompt
from pipeline.publish.card import template_sha256
from pipeline.publish.dataset import STAGE, Content, publish
from pipeline.publish.facts import CardFacts, ModelUse, distinct, without_place
from pipeline.publish.folder import published_key
from pipeline.publish.rows import Said
from pipeline.recipe import (
    CaptionerSettings,
    DetectorSettings,
    EmbedderSettings,
    EndpointModel,
    Identity,
    Recipe,
)
from pipeline.recipe_file import recipe_hash
from pipeline.records import Caption, Publication, Rejection, Sample, ScreenCount, StageCount
from pipeline.stages.screen_counts import PASSED, frames_by_outcome
from pipeline.stages.writing import prompt_of
from pipeline.storage.place import Place


def run(folder: Place, facts: CardFacts, blobs: Blobs, units: Sequence[Unit]) -> Iterator[Outcome]:
    """The worker: the only unit's samples, read lazily and more than once."""
    for unit in units:
        funnel = list(unit.all(StageCount))
        if facts.identity.filters.any:
            funnel = _with_frames(funnel, unit.all(ScreenCount))
        content = Content(unit.all(Sample), unit.all(Rejection), unit.all(Said), funnel)
        yield Kept([publish(folder, unit.key, content, facts, blobs.read)])


def _with_frames(funnel: Sequence[StageCount], counts: Sequence[ScreenCount]) -> list[StageCount]:
    """The funnel with what became of single frames behind `screening`, whose units are videos."""
    stage, by_frame = "screening", "screening, by frame"
    lines = [
        StageCount(
            id=f"{by_frame} {outcome}",
            stage=by_frame,
            status="kept" if outcome == PASSED else "rejected",
            code="" if outcome == PASSED else outcome,
            units=frames,
        )
        for outcome, frames in frames_by_outcome(counts).items()
    ]
    behind = max(place for place, line in enumerate(funnel) if line.stage == stage) + 1
    return [*funnel[:behind], *lines, *funnel[behind:]]


def models(identity: Identity) -> tuple[ModelUse, ...]:
    """The models that leave no provenance in a sample, with their revisions."""
    captioner, embedder, detector = identity.captioner, identity.embedder, identity.detector
    found = [
        _use("captions", captioner, captioner_revision(captioner), caption_prompt(captioner)),
        _use("embeddings", embedder, embedder_revision(embedder)),
        _use("detections", detector, detector_revision(detector), detection_prompt(detector)),
    ]
    if identity.clip.model is not None:
        label = _label(identity.clip.model, str(clip_revision(identity.clip)))
        found.append(ModelUse("detections", "open_clip", label))
    blur = identity.publish.blur_faces
    if blur is not None:
        found.append(ModelUse(STAGE, "yunet", _label(blur.model, face_detector_revision(blur))))
    return tuple(found)


def asked_with(identity: Identity) -> tuple[Prompt, ...]:
    """Every prompt of the recipe, in the order of the stages.

    Rows name the same: their keys hold the prompt's hash, so an edited prompt has other rows.
    """
    writer, judge, verdicts = identity.writer, identity.judge, identity.verdicts
    return distinct(
        (
            caption_prompt(identity.captioner),
            prompt_of("questions", writer, identity.questions.prompt),
            prompts.load(verdicts.blind_prompt) if verdicts.blind else None,
            prompt_of("verdicts", judge, verdicts.prompt),
            prompt_of("evidence", writer, identity.evidence.prompt),
            detection_prompt(identity.detector),
            prompt_of("options", writer, identity.options.prompt),
            *_of_rollouts(identity),
        )
    )


def _of_rollouts(identity: Identity) -> Iterator[Prompt]:
    if identity.rollouts.on:
        yield prompt_of("rollouts", identity.policy, identity.rollouts.prompt)


def _use(
    stage: str,
    settings: CaptionerSettings | EmbedderSettings | DetectorSettings,
    revision: str,
    prompt: Prompt | None = None,
) -> ModelUse:
    if isinstance(settings, EndpointModel):
        kind, label = "endpoint", settings.name
    else:
        kind, label = settings.kind, _label(settings.model, revision)
    if prompt is None:
        return ModelUse(stage, kind, label)
    return ModelUse(stage, kind, label, prompt.label, prompt.sha256)


def _label(model: str, revision: str) -> str:
    return f"{without_place(model)}@{revision}"


def _worker(folder: Place, facts: CardFacts, blobs: Blobs) -> partial[Iterator[Outcome]]:
    return partial(run, folder, facts, blobs)


def stage(recipe: Recipe, folder: Place) -> Stage:
    """One unit, the dataset; every setting is in its key because the card shows every setting."""
    identity = recipe.identity
    facts = CardFacts(
        title=identity.publish.pretty_name or recipe.name,
        identity=identity,
        recipe_hash=recipe_hash(recipe),
        models=models(identity),
        prompts=asked_with(identity),
        version=pipeline.__version__,
    )
    return Stage(
        name=STAGE,
        version=4,
        primary=Table(RECIPE, StageCount, StageCount),
        split=whole("dataset"),
        also=(
            Table("selection", Sample, Sample),
            Table("selection", Rejection, Rejection),
            Table("captions", Caption, Said),
            *((Table("screening", ScreenCount, ScreenCount),) if identity.filters.any else ()),
        ),
        writes=(Publication,),
        identity={
            "identity": identity.model_dump(mode="json"),
            "title": facts.title,
            "models": [[m.stage, m.model, m.prompt_sha256] for m in facts.models],
            "prompts": [[p.label, p.sha256] for p in facts.prompts],
            "card": template_sha256(),
            # Another version may draw other bytes, and encode other ones.
            "matplotlib": version("matplotlib"),
            "encoder": identity.publish.blur_faces and version("opencv-python-headless"),
        },
        worker=partial(_worker, folder, facts),
        resources=Resources(driver=True),
        present=partial(published_key, folder),
    )
