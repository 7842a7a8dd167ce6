"""The application: every verb, and how errors become one sentence and an exit status.

Verbs import what they need when they run, so `demitasse --help` answers at once.
"""

import sys

import typer

from pipeline.cli import (
    adopt,
    benchmark,
    calibrate,
    compare,
    cut,
    doctor,
    evaluate,
    exit_codes,
    export,
    gc,
    import_,
    inspect,
    jobs,
    plan,
    publish,
    remove,
    report,
    retry,
    run,
    status,
    submit,
    validate,
    why,
)
from pipeline.cli.talk import talk
from pipeline.errors import DemitasseError, UsageError

app = typer.Typer(
    name="demitasse",
    help="Build video-reasoning datasets from raw video: resumable, exact, offline by default.",
    epilog=exit_codes.TABLE,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("submit")(submit.submit)
app.add_typer(jobs.app, name="jobs")
app.command("plan")(plan.plan)
app.command("status")(status.status)
app.command("why")(why.why)
app.command("retry")(retry.retry)
app.command("inspect")(inspect.inspect)
app.command("report")(report.report)
app.command("calibrate")(calibrate.calibrate)
app.command("publish")(publish.publish)
app.command("cut")(cut.cut)
app.command("validate")(validate.validate)
app.command("export")(export.export)
app.command("benchmark")(benchmark.benchmark)
app.add_typer(import_.app, name="import")
app.command("evaluate")(evaluate.evaluate)
app.command("compare")(compare.compare)
app.command("adopt")(adopt.adopt)
app.command("gc")(gc.gc)
app.command("remove")(remove.remove)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run a command; errors on purpose are printed as their sentence, without a traceback."""
    try:
        app()
    except UsageError as error:
        talk(f"[red]error:[/red] {error}")
        sys.exit(exit_codes.WRONG_USE)
    except DemitasseError as error:
        talk(f"[red]error:[/red] {error}")
        sys.exit(exit_codes.FAILED)


if __name__ == "__main__":
    main()
