"""`demitasse report`: a page to look at samples, and to judge them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson
from pipeline.storage.place import Place
from pipeline.storage.place import place as place_of

if TYPE_CHECKING:
    from pipeline.report.collect import PageData
    from pipeline.report.source import Source

PAGE = "report.html"


def report(
    place: Annotated[
        Place,
        typer.Argument(
            metavar="WORK_OR_DATASET",
            help="A workspace or a published folder.",
            parser=place_of,
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="The file; default: WORK/report.html, of a remote one or a dataset ./report.html.",
            show_default=False,
        ),
    ] = None,
    samples: Annotated[
        int,
        typer.Option("--samples", min=1, help="Entries at most: samples, rejected and failed."),
    ] = 200,
    as_json: AsJson = False,
) -> None:
    """Write one HTML file with charts and a gallery of samples, rejected and failed ones too."""
    from pipeline.cli.talk import emit
    from pipeline.report.collect import collect
    from pipeline.report.page import render
    from pipeline.report.workspace import WorkspaceSource
    from pipeline.report.writing import write_page
    from pipeline.stale_overrides import stale_overrides

    source = _source(place)
    data = collect(source, samples)
    text = render(data)
    is_workspace = isinstance(source, WorkspaceSource)
    page = out or (place / PAGE if is_workspace and isinstance(place, Path) else Path(PAGE))
    write_page(page, text)
    stale = stale_overrides(source.workspace) if isinstance(source, WorkspaceSource) else []
    if as_json:
        emit(
            {
                "page": str(page),
                "bytes": len(text.encode()),
                "shown": data.shown,
                "there": data.totals,
                "stale_overrides": [override.id for override in stale],
            }
        )
        return
    from pipeline.cli.overriding import say_stale

    typer.echo(page)
    _say(place, data, is_workspace=is_workspace)
    say_stale(stale)


def _source(place: Place) -> "Source":
    from pipeline.cli.workspaces import existing, recipe_of
    from pipeline.errors import UsageError
    from pipeline.graph import DATASET, stages
    from pipeline.publish.folder import published_key
    from pipeline.publish.reading import shards
    from pipeline.report.published import DatasetSource
    from pipeline.report.workspace import WorkspaceSource
    from pipeline.storage.files import exists

    if exists(place / "workspace.json"):
        recipe = recipe_of(place)
        names = [stage.name for stage in stages(recipe, place / DATASET)]
        return WorkspaceSource(existing(place), recipe, names, DATASET)
    if published_key(place) is not None or shards(place, "data"):
        return DatasetSource.of(place)
    raise UsageError(
        f"{place} is neither a workspace nor a published folder: "
        f"`demitasse run RECIPE --work {place}` makes a workspace"
    )


def _say(place: Place, data: "PageData", *, is_workspace: bool) -> None:
    from pipeline.cli.talk import literal, talk
    from pipeline.overrides import BOX_OVERRIDES, OVERRIDES

    shown, there = data.shown, data.totals
    names = {"samples": "samples", "others": "other questions", "units": "units of other stages"}
    parts = [f"{shown[k]:,} of {there[k]:,} {name}" for k, name in names.items() if there[k]]
    talk(f"on the page: {', '.join(parts) or 'nothing yet'}; open it in a browser")
    if is_workspace:
        files = f"{literal(place / OVERRIDES)} and {literal(place / BOX_OVERRIDES)}"
        command = f"demitasse run {place / 'recipe.yaml'} --work {place}"
        talk(
            f"what you decide there and save counts as {files}; then: "
            f"[bold]{literal(command)}[/bold]"
        )
    else:
        talk(
            f"what you decide there and save counts as {OVERRIDES} and {BOX_OVERRIDES} in the "
            "workspace that it is published from: [bold]demitasse run[/bold] reads them"
        )
