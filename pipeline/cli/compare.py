"""`demitasse compare`: evaluations of the same questions side by side."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, local_path


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            help="Folders that `demitasse evaluate` wrote; the others are compared to the first.",
            parser=local_path,
            metavar="FOLDER FOLDER ...",
            show_default=False,
        ),
    ],
    common: Annotated[
        bool,
        typer.Option("--common", help="Compare what is common to all, and leave out the rest."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare evaluations question by question, with what others published beside."""
    from pipeline.cli.result_tables import print_line, print_table
    from pipeline.cli.talk import emit
    from pipeline.errors import UsageError
    from pipeline.harness.compare import check_alike, compared, read_run
    from pipeline.harness.compare_table import as_data, comparison_tables

    if len(runs) < 2:
        raise UsageError("one evaluation is no comparison: name two folders or more")
    found = [read_run(folder) for folder in runs]
    check_alike(found, common=common)
    everything = list(compared(found))
    if as_json:
        emit({"compared": [as_data(one) for one in everything]})
        return
    for one in everything:
        for table in comparison_tables(one):
            print_table(table)
    print_line("\nan open question counts here as the lowest value; p: McNemar's exact test")
