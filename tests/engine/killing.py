"""Dying at a chosen moment, as if by SIGKILL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the engine may catch it."""


@contextmanager
def killed_at(step: int) -> Iterator[None]:
    """Die just before the n-th rename or removal of a file."""
    replace, unlink, count = Path.replace, Path.unlink, 0

    def dying() -> None:
        nonlocal count
        count += 1
        if count >= step:
            raise Killed

    def dying_replace(self: Path, target: Path) -> Path:
        dying()
        return replace(self, target)

    def dying_unlink(self: Path, missing_ok: bool = False) -> None:
        if self.parent.name != "tmp":
            dying()
        unlink(self, missing_ok)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", dying_replace)
        patch.setattr(Path, "unlink", dying_unlink)
        yield
