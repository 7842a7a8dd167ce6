"""`demitasse doctor`: whether this machine can run everything, and how to mend what it cannot."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, Sets


def doctor(
    recipe: Annotated[
        Path | None,
        typer.Argument(help="A recipe whose models to look at as well.", show_default=False),
    ] = None,
    set_: Sets = None,
    prefetch: Annotated[
        bool, typer.Option("--prefetch", help="Fetch the weights that the recipe's models lack.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check Python, decoders, Ray, models, servers, endpoints, disk and memory of this machine."""
    from dataclasses import asdict, replace

    from pipeline.cli import exit_codes
    from pipeline.cli.talk import emit, literal, talk
    from pipeline.doctor import examine
    from pipeline.doctor.weights import fetch, here, needed
    from pipeline.errors import UsageError
    from pipeline.recipe_file import load_recipe

    settings = load_recipe(recipe, set_ or []) if recipe else None
    if prefetch:
        if settings is None:
            raise UsageError("--prefetch fetches the weights of a recipe: name one")
        for weights in needed(settings):
            if here(weights) is None:
                talk(f"fetching {literal(weights.name)}")
                talk(f"it is in {literal(fetch(weights))}")
    checks = [
        replace(check, mend=check.mend and check.mend.replace("RECIPE", str(recipe)))
        for check in examine(Path.cwd(), settings)
    ]
    missing = [check for check in checks if check.state == "missing"]
    if as_json:
        emit({"ok": not missing, "checks": [asdict(check) for check in checks]})
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            typer.echo(f"{check.state:<8} {check.name:<{width}}  {check.detail}")
            if check.mend is not None:
                typer.echo(f"{'':<8} {'':<{width}}  mend: {check.mend}")
        if missing:
            mends = list(dict.fromkeys(check.mend for check in missing if check.mend))
            mended = f"; mend with: [bold]{literal(' && '.join(mends))}[/bold]" if mends else ""
            talk(f"{len(missing)} missing{mended}")
        else:
            talk("all that a run needs is here: [bold]demitasse run jobs/demo.yaml[/bold]")
    raise typer.Exit(exit_codes.FAILED if missing else exit_codes.DONE)
