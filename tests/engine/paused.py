"""A writer that is paused past its lease and comes back: planned before, commits after.

python -m tests.engine.paused s3://bucket/prefix
"""

import sys

from pipeline.engine.execute import Executor
from pipeline.engine.holding import hold
from pipeline.engine.packs import cut
from pipeline.engine.planner import Planner
from pipeline.engine.workspace import Workspace
from pipeline.errors import LeaseLostError
from pipeline.storage import remote
from pipeline.storage.place import url
from tests.engine.chain import numbers, stages

VALUES = [float(v) for v in (1, 2, 3, 13, 404, 4, 5, 6, 7)]


def main(root: str) -> None:
    """Say `held` once the lease is; commit when a line comes, and say what came of it."""
    workspace = Workspace.at(url(root))
    with hold(url(root), seconds=1):
        workspace.prepare()
        squares = stages()[0]
        work, _ = Planner(workspace, lambda record: numbers(VALUES, where="late")).work(squares)
        folder = workspace.stage_folder("squares", work.plan.identity)
        executor = Executor(squares, folder, workspace.store, workspace.tag)
        _say("held")
        sys.stdin.readline()
        try:
            workspace.store.write("recipe.yaml", b"late")
        except LeaseLostError as error:
            _say(str(error))
        # A worker on another machine knows nothing of its driver's lease.
        remote.guards.clear()
        for pack in cut(work, 3):
            executor.run(pack)
        _say("committed")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
