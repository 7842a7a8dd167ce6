"""What lies in a workspace: files and bytes, by what they are."""

import os
from pathlib import Path

KINDS = ("parts", "plans", "blobs", "inputs", "dataset", "logs", "other")


def count_files(work: Path) -> dict[str, tuple[int, int]]:
    """Files and bytes by kind, and of all together."""
    found = dict.fromkeys((*KINDS, "all"), (0, 0))
    for folder, _, names in os.walk(work):
        for name in names:
            path = Path(folder, name)
            size = path.stat().st_size
            for kind in (_kind(path.relative_to(work)), "all"):
                files, total = found[kind]
                found[kind] = files + 1, total + size
    return found


def _kind(path: Path) -> str:
    top = path.parts[0]
    if top == "stages":
        return "plans" if path.name == "plan.parquet" else "parts"
    return top if top in KINDS else "other"
