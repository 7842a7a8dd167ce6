"""`demitasse doctor`: whether this machine can run everything, and how to mend what it cannot."""

import typer

from pipeline.cli.options import AsJson


def doctor(as_json: AsJson = False) -> None:
    """Check Python, decoders, Ray, models, disk and memory of this machine."""
    from dataclasses import asdict
    from pathlib import Path

    from pipeline.cli import exit_codes
    from pipeline.cli.talk import emit, literal, talk
    from pipeline.doctor import examine

    checks = examine(Path.cwd())
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
            talk(f"{len(missing)} missing; mend with: [bold]{literal(' && '.join(mends))}[/bold]")
        else:
            talk("all that a run needs is here: [bold]demitasse run jobs/demo.yaml[/bold]")
    raise typer.Exit(exit_codes.FAILED if missing else exit_codes.DONE)
