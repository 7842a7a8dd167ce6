"""`demitasse evaluate`: how well a model answers the questions of a dataset."""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.options import Address, AsJson, local_path


def evaluate(
    dataset: Annotated[
        Path,
        typer.Argument(
            help="A dataset's folder: published, a benchmark, or imported.",
            parser=local_path,
            show_default=False,
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="The name that the endpoint knows the model by, or `program`: a baseline without "
            "one. Default: program.",
            show_default=False,
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", help="Of its endpoint, with /v1.", show_default=False),
    ] = None,
    api_key_env: Annotated[
        str | None,
        typer.Option("--api-key-env", help="The variable that holds its key.", show_default=False),
    ] = None,
    protocol: Annotated[
        list[str] | None,
        typer.Option(
            "--protocol",
            help="objective, similarity, subjective, pause-and-think, route, grounding, gated; may "
            "be repeated. Default: objective.",
            show_default=False,
        ),
    ] = None,
    input_: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            help="What the model is shown: core, uniform:16, all:1 (a second), selected; may be "
            "repeated. Default: core. Blind is always there.",
            show_default=False,
        ),
    ] = None,
    videos: Annotated[
        list[Path] | None,
        typer.Option(
            "--videos",
            help="Files or folders with the videos, for inputs other than core.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option("--split", help="Which questions to ask. Default: test.", show_default=False),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(
            "--judge",
            help="The model that grades; subjective, pause-and-think and route need one.",
            show_default=False,
        ),
    ] = None,
    judge_url: Annotated[
        str | None,
        typer.Option(
            "--judge-url", help="Of its endpoint. Default: as --base-url.", show_default=False
        ),
    ] = None,
    judge_key_env: Annotated[
        str | None,
        typer.Option(
            "--judge-key-env",
            help="The variable that holds its key. Default: as --api-key-env.",
            show_default=False,
        ),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings",
            help="A YAML file with all of this and more (docs/evaluate.md).",
            show_default=False,
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Override a setting: selector.max_frames=4; may be repeated.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Only the first N questions.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="The evaluation's folder. Default: work/evaluations/DATASET-MODEL.",
            show_default=False,
        ),
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Try again what failed in earlier runs.")
    ] = False,
    address: Address = "local",
    as_json: AsJson = False,
) -> None:
    """Ask a model the questions of a dataset and grade what it says; what is done is not redone."""
    from pipeline.cli.evaluating import Job, default_out, evaluate_job
    from pipeline.harness.dataset import read_questions
    from pipeline.harness.settings_file import input_of, load_settings

    options: dict[str, Any] = {}
    if split is not None:
        options["split"] = split
    if protocol:
        options["protocols"] = protocol
    if input_:
        options["inputs"] = [input_of(text) for text in input_]
    options |= _models(model, base_url, api_key_env, judge, judge_url, judge_key_env)
    found = load_settings(settings, options, set_ or [])
    asked = read_questions(dataset, found.identity.split, limit)
    job = Job(
        settings=found,
        asked=asked,
        videos=tuple(videos or ()),
        root=out or default_out(asked, found),
        address=address,
        again=shlex.join(["demitasse", *sys.argv[1:]]),
        retry=retry,
    )
    raise typer.Exit(evaluate_job(job, as_json=as_json))


def _models(
    model: str | None,
    url: str | None,
    key: str | None,
    judge: str | None,
    judge_url: str | None,
    judge_key: str | None,
) -> dict[str, Any]:
    """The sections of the two models, as far as options name them."""
    sections: dict[str, Any] = {}
    reached = {"base_url": url, "api_key_env": key}
    if model is not None:
        kind = "program" if model == "program" else "endpoint"
        sections["model"] = {"kind": kind} | ({"model": model} if kind == "endpoint" else {})
    told = {name: value for name, value in reached.items() if value is not None}
    if told:
        sections["model"] = {**sections.get("model", {}), **told}
    if judge is not None:
        own = {"base_url": judge_url or url, "api_key_env": judge_key or key}
        named = {name: value for name, value in own.items() if value is not None}
        sections["judge"] = {"kind": "endpoint", "model": judge, **named}
    return sections
