"""A value that must show up nowhere: not in a log, a message, a file, or a pickle."""

from dataclasses import dataclass, field
from typing import NoReturn


@dataclass(frozen=True)
class Secret:
    """An API key, read where the calls are made and never sent between processes."""

    value: str = field(repr=False)

    def redact(self, text: str) -> str:
        """The text without the value: servers like to echo the key they were given."""
        return text.replace(self.value, "[secret]") if self.value else text

    def __str__(self) -> str:
        return "[secret]"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret does not travel: name its variable instead")
