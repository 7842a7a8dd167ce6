"""What a submitted job starts: it puts the files that came along into the workspace, and runs.

`python -m pipeline.cli.submitted WORK run recipe.yaml --work WORK ...`, in the unpacked bundle.
The recipe names these files where they then lie, so `retry` and `publish` find them later too.
"""

import sys
from pathlib import Path

from pipeline.cli.main import main as demitasse
from pipeline.engine.workspace import Workspace
from pipeline.storage.place import place
from pipeline.submission.bundle import FILES


def main() -> None:
    """Copy the files, then be `demitasse`."""
    work = sys.argv.pop(1)
    files = sorted(Path(FILES).iterdir()) if Path(FILES).is_dir() else []
    if files:
        store = Workspace.at(place(work)).store
        for file in files:
            name = f"{FILES}/{file.name}"
            if not store.exists(name):
                store.write(name, file.read_bytes())
    demitasse()


if __name__ == "__main__":
    main()
