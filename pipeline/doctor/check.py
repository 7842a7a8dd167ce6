"""One thing that a run needs, and how to come by it."""

from dataclasses import dataclass
from typing import Final, Literal

State = Literal["ok", "missing", "warning"]

INSTALL: Final = "pip install demitasse"
INSTALL_OFFLINE: Final = "pip install 'demitasse[offline]'"
INSTALL_FACES: Final = "pip install 'demitasse[faces]'"
INSTALL_MODELS: Final = "pip install 'demitasse[models]'"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a run needs, or is better with (`warning` when that is not there)."""

    name: str
    state: State
    detail: str
    mend: str | None = None
    """The command that makes it ok; null where it is, or no command can."""
