"""Running the command as a person does: a process of its own, from the repository's root.

A process costs seconds before it does anything, and ten more if it starts Ray. Where the process is
not the point, `called` runs the same command in this one, and `built` one that builds, its stages
too; each verb is run in a process of its own by at least one test.
"""

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.cli import building
from pipeline.cli.main import main
from pipeline.engine.build import LocalLanes
from pipeline.storage.place import Place

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def ran(self) -> dict[str, int]:
        """Units that each stage ran, of a build with `--json`."""
        events = [json.loads(line) for line in self.stdout.splitlines()]
        return {e["stage"]: e["ran"] for e in events if e["event"] == "stage_ended"}


def start(*arguments: str | Place) -> subprocess.Popen[str]:
    """`demitasse ARGUMENTS`, running."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli.main", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        # Ray's own default, which the tests' process cannot have (`tests/conftest.py`).
        env={name: value for name, value in os.environ.items() if name != "RAY_AUTH_MODE"},
    )


def finish(process: subprocess.Popen[str]) -> Ended:
    """Wait for it to end; of its stdout, what was not read before."""
    stdout, stderr = process.communicate()
    return Ended(process.returncode, stdout, stderr)


def demitasse(*arguments: str | Place) -> Ended:
    """`demitasse ARGUMENTS`, from start to end."""
    return finish(start(*arguments))


def called(*arguments: str | Place) -> Ended:
    """`demitasse ARGUMENTS` in this process: for commands that start neither Ray nor a signal."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(REPOSITORY)
        patch.setattr(sys, "argv", ["demitasse", *map(str, arguments)])
        patch.setattr(sys, "stdout", stdout)
        patch.setattr(sys, "__stdout__", stdout)
        patch.setattr(sys, "stderr", stderr)
        try:
            main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 0
        else:
            status = 0
    return Ended(status, stdout.getvalue(), stderr.getvalue())


def built(*arguments: str | Place) -> Ended:
    """`demitasse ARGUMENTS` in this process, its stages too: for builds that need no Ray."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "RayLanes", lambda *told: LocalLanes())
        return called(*arguments)


def tree(folder: Path) -> dict[str, str]:
    """The hash of every file below a folder, by its relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(f.relative_to(folder)): sha256(f.read_bytes()).hexdigest() for f in files}
