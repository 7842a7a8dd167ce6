"""What a command's exit status means; `demitasse --help` prints the same table."""

DONE = 0
FAILED = 1
"""The run could not go on: workspace, cluster, a missing model; or a dataset has errors."""
WRONG_USE = 2
"""The command or the recipe asked for something that does not exist."""
PARTIAL = 3
"""The run ended, but some units failed or some inputs were rejected."""
HALTED = 4
"""The budget is spent or an endpoint is down: the same command continues when that is mended."""
RUNNING = 5
"""Of `demitasse jobs` and of a `submit` that was left: the job has not ended."""
STOPPED = 130
"""Ctrl-C: what was in flight is committed, the same command continues."""

NAMES = {
    DONE: "done",
    FAILED: "failed",
    WRONG_USE: "wrong use",
    PARTIAL: "partial",
    HALTED: "halted",
    STOPPED: "stopped",
}
"""One word for each way that a run ends."""

TABLE = (
    f"Exit status: {DONE} done, {PARTIAL} partial (some units failed or inputs were rejected), "
    f"{FAILED} failed, {WRONG_USE} wrong use, {HALTED} halted (budget spent or endpoint down), "
    f"{STOPPED} stopped by Ctrl-C."
)

JOBS_TABLE = f"{TABLE} {RUNNING}: the job has not ended."
