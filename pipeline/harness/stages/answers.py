"""`answers_<input>_<form>`: what the model says, asked in one form and shown what one input shows.

The stage sees no answer key: its views leave it out.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from pipeline import prompts
from pipeline.engine.stage import Blobs, Resources, Stage, Table, Unit, by_column
from pipeline.harness.forms import Form
from pipeline.harness.models.baseline import Baseline
from pipeline.harness.rows import Given, Said
from pipeline.harness.stages.asking import (
    SECTION,
    Asked,
    FramesGiven,
    group_frames,
    identity_of,
    inputs_of,
    lookups,
    not_asked,
    said,
)
from pipeline.harness.stages.gate import gated_worker
from pipeline.llm.plain import PlainText
from pipeline.llm.session import Session
from pipeline.outcome import Kept
from pipeline.prompts import Prompt
from pipeline.recipe.evaluation import EvaluationSettings, ProgramModelSettings
from pipeline.stages.model_resources import resources_of
from pipeline.stages.writing import PACK_UNITS, Ask, AskingWorker, Script, asking_worker


def _script(form: Form, prompt: Prompt, unit: Unit) -> Script:
    item, frames = unit.one(Asked), group_frames(unit)
    if rejected := not_asked(item, form):
        return rejected
    reply = yield Ask(prompt, inputs_of(item, prompt), PlainText, frames)
    return Kept([said(item.id, frames, [reply])])


def _baseline(
    stage: str, settings: Any, script: Callable[[Unit], Script], blobs: Blobs
) -> AskingWorker:
    return AskingWorker(stage, settings, Baseline(), blobs, script)


def stage(settings: EvaluationSettings, label: str, form: Form, session: Session | None) -> Stage:
    """What is shown in, what is said out."""
    identity, prompt = settings.identity, prompts.load(f"evaluation/{form}")
    model, name = identity.model, f"answers_{label}_{form}"
    facts = {"model": identity_of(model), "prompts": {prompt.id: prompt.sha256}}
    worker: Callable[[Blobs], AskingWorker]
    if form == "gated":
        facts["gate"] = identity.gate.model_dump(mode="json")
        worker = partial(gated_worker, name, model, identity.gate, prompt, session)
    elif isinstance(model, ProgramModelSettings):
        worker = partial(_baseline, name, model, partial(_script, form, prompt))
    else:
        script = partial(_script, form, prompt)
        worker = partial(asking_worker, name, SECTION, model, script, session)
    resources = Resources()
    if not isinstance(model, ProgramModelSettings):
        resources = resources_of(model, settings.runtime.policy, PACK_UNITS)
    return Stage(
        name=name,
        version=1,
        primary=Table(f"frames_{label}", Given, FramesGiven),
        split=by_column("id"),
        lookups=lookups(f"frames_{label}", model),
        writes=(Said,),
        identity=facts,
        worker=worker,
        resources=resources,
        pack_units=PACK_UNITS,
    )
