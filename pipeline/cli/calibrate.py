"""`demitasse calibrate`: what the thresholds of a recipe keep and drop on its own videos."""

from typing import Annotated

import typer

from pipeline.cli.options import AsJson, WorkArgument


def calibrate(
    work: WorkArgument,
    videos: Annotated[
        int, typer.Option("--videos", min=1, help="Videos to look at, a fair sample.")
    ] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what tau, box score and CLIP thresholds keep, with frames on both sides of each line."""
    from dataclasses import asdict

    from rich.table import Table

    from pipeline.calibration.report import calibrate as find
    from pipeline.calibration.report import write
    from pipeline.cli.talk import console, emit, literal, talk
    from pipeline.cli.workspaces import existing, recipe_of

    recipe, workspace = recipe_of(work), existing(work)
    found = find(workspace, recipe, videos)
    page, csv = write(workspace, found, recipe.name)
    if as_json:
        emit({"page": str(page), "table": str(csv), **asdict(found)})
        return
    table = Table(box=None)
    for column in ("setting", "value", "kept", "dropped"):
        table.add_column(column, justify="left" if column == "setting" else "right")
    for curve in found.curves:
        now = next(p for p in curve.points if p.value == round(curve.current, 4))
        table.add_row(curve.setting, f"{curve.current:g}", str(now.kept), str(now.dropped))
    console.print(table)
    typer.echo(page)
    name = found.curves[0].setting
    recipe_file = literal(workspace.root / "recipe.yaml")
    talk(
        f"every value is in {literal(csv)}; try another: "
        f"[bold]demitasse run {recipe_file} --work {literal(work)} --set {name}=0.8[/bold]"
    )
