"""Which stages an evaluation runs, in which order.

For every input, and for `blind`: what it shows, then what the model says in each form that the
protocols ask, then how each protocol grades that.
"""

from collections.abc import Sequence

from pipeline.engine.planner import Planner, Retry
from pipeline.engine.stage import Stage
from pipeline.engine.workspace import Workspace
from pipeline.harness.forms import FORM_OF
from pipeline.harness.rows import Item, VideoFile
from pipeline.harness.stages import (
    answers,
    blind,
    core,
    grades,
    judged,
    sampled,
    selected,
    similarity,
)
from pipeline.llm.session import Session
from pipeline.recipe import EndpointModel, Settings
from pipeline.recipe.evaluation import (
    BLIND,
    JUDGED,
    EvaluationSettings,
    InputSettings,
    ProtocolName,
)
from pipeline.records import Record
from pipeline.storage.place import Place


def labels(settings: EvaluationSettings) -> tuple[str, ...]:
    """The inputs by their names, `blind` the last."""
    return (*(one.label for one in settings.identity.inputs), BLIND)


def stages(settings: EvaluationSettings, session: Session | None) -> list[Stage]:
    """The stages in the order they run."""
    identity = settings.identity
    forms = tuple(dict.fromkeys(FORM_OF[protocol] for protocol in identity.protocols))
    shown = [stage for one in identity.inputs for stage in _shown(settings, one, session)]
    said = [
        answers.stage(settings, label, form, session)
        for label in labels(settings)
        for form in forms
    ]
    right = [
        _graded(settings, label, protocol, session)
        for label in labels(settings)
        for protocol in identity.protocols
    ]
    return [*shown, blind.stage(), *said, *right]


def _graded(
    settings: EvaluationSettings, label: str, protocol: ProtocolName, session: Session | None
) -> Stage:
    if protocol in JUDGED:
        return judged.stage(settings, label, protocol, session)
    if protocol == "similarity":
        return similarity.stage(settings.identity, label)
    return grades.stage(settings.identity, label, protocol)


def _shown(
    settings: EvaluationSettings, one: InputSettings, session: Session | None
) -> Sequence[Stage]:
    match one.kind:
        case "core":
            return [core.stage()]
        case "uniform" | "all":
            count = one.frames if one.kind == "uniform" else None
            pictures = settings.identity.pictures
            return [sampled.stage(f"frames_{one.label}", count, one.fps, pictures)]
        case "selected":
            return selected.stages(settings, session)


def session_of(settings: EvaluationSettings, root: Place) -> Session | None:
    """A session with the endpoints of an evaluation; None where it asks none."""
    identity, selector = settings.identity, settings.identity.selector
    named: list[Settings | None] = [identity.model, identity.judge]
    if any(one.kind == "selected" for one in identity.inputs):
        named += [selector.captioner, selector.chooser]
    if not any(isinstance(model, EndpointModel) for model in named):
        return None
    return Session(root.resolve(), settings.runtime)


def planner(
    workspace: Workspace,
    items: Sequence[Item],
    videos: Sequence[VideoFile] = (),
    retry: Retry | None = None,
) -> Planner:
    """A planner whose outside tables are these."""
    tables: dict[type[Record], Sequence[Record]] = {Item: items, VideoFile: videos}
    return Planner(workspace, tables.__getitem__, retry)
