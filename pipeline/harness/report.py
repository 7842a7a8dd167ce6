"""What is written of an evaluation that has ended: `results.json`, `questions.jsonl`, the plot."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version

from pipeline import prompts
from pipeline.engine.workspace import Workspace
from pipeline.harness.collecting import Line, lines
from pipeline.harness.cost import cost_result
from pipeline.harness.dataset import Questions
from pipeline.harness.forms import FORM_OF
from pipeline.harness.graph import labels
from pipeline.harness.plots import write_plots
from pipeline.harness.published import published
from pipeline.harness.results import (
    FILE,
    QUESTIONS,
    DatasetFacts,
    InputResult,
    ModelFacts,
    Results,
)
from pipeline.harness.stages.asking import identity_of
from pipeline.harness.stages.judged import judge_prompts
from pipeline.harness.summary import protocol_result
from pipeline.recipe.evaluation import EvaluationSettings


def report(workspace: Workspace, settings: EvaluationSettings, asked: Questions) -> Results:
    """Sum up an evaluation and write its files into its workspace.

    Raises:
        StorageError: a file cannot be read or written.
    """
    identity = settings.identity
    found = {
        label: {p: list(lines(workspace, asked.items, label, p)) for p in identity.protocols}
        for label in labels(settings)
    }
    everything = [line for by in found.values() for some in by.values() for line in some]
    dataset = DatasetFacts(
        name=asked.name,
        kind=asked.kind,
        version=asked.version,
        split=asked.split,
        questions=len(asked.items),
        sha256=asked.sha256,
    )
    results = Results(
        demitasse=version("demitasse"),
        dataset=dataset,
        model=_model(settings, everything),
        judge=identity.judge.name if identity.judge else None,
        embedder=identity.embedder.model if "similarity" in identity.protocols else None,
        prompts=_prompts(settings),
        settings=identity.model_dump(mode="json"),
        inputs=[
            InputResult(
                input=label,
                protocols=[protocol_result(name, some) for name, some in by.items()],
                cost=cost_result(workspace, settings, asked.items, label),
            )
            for label, by in found.items()
        ],
        published=published(identity.protocols, dataset),
    )
    store = workspace.store
    store.write(QUESTIONS, b"".join(map(_json_line, everything)))
    store.write(FILE, (results.model_dump_json(indent=1) + "\n").encode())
    write_plots(workspace, results)
    return results


def _model(settings: EvaluationSettings, found: Iterable[Line]) -> ModelFacts:
    model = settings.identity.model
    reported = {line.said.model_reported for line in found if line.said}
    return ModelFacts(
        label=model.name,
        kind=model.kind,
        reported=sorted(reported - {""}),
        settings=identity_of(model),
    )


def _prompts(settings: EvaluationSettings) -> dict[str, str]:
    protocols = settings.identity.protocols
    named = dict.fromkeys(f"evaluation/{FORM_OF[protocol]}" for protocol in protocols)
    used = [*map(prompts.load, named), *(p for name in protocols for p in judge_prompts(name))]
    return {prompt.label: prompt.sha256 for prompt in used}


def _json_line(line: Line) -> bytes:
    said = asdict(line.said) if line.said else None
    told = {**{k: v for k, v in vars(line).items() if k != "said"}, "said": said}
    return (json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n").encode()
