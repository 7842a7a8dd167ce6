"""Which split a file is of, by its name."""

from pathlib import Path
from typing import Final

_NAMES: Final = {"train": "train", "val": "validation", "test": "test"}


def split_of(file: Path) -> str:
    """The split that the name says, `train` where it says none."""
    name = file.stem.casefold()
    return next((split for part, split in _NAMES.items() if part in name), "train")
