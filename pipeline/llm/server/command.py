"""The command that starts a model server, with its blanks filled in."""

import shlex
import shutil
from dataclasses import dataclass, field
from typing import Final

from pipeline.errors import RecipeError
from pipeline.recipe import EndpointModel, EndpointRuntime

BLANKS: Final = ("model", "revision", "dtype", "port", "gpus")


@dataclass(frozen=True)
class ServerCommand:
    """What a recipe says of one server; equal commands are the same server."""

    section: str = field(compare=False)
    text: str
    model: str
    revision: str
    dtype: str
    gpus: int
    ready_seconds: float

    def arguments(self, port: int) -> list[str]:
        """The words of the command.

        Raises:
            RecipeError: the command has a blank that nobody fills, or its quotes do not close.
        """
        values = {
            "model": self.model,
            "revision": self.revision,
            "dtype": self.dtype,
            "gpus": str(self.gpus),
            "port": str(port),
        }
        try:
            return [word.format_map(values) for word in shlex.split(self.text)]
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            known = ", ".join(f"{{{name}}}" for name in BLANKS)
            raise RecipeError(
                f"{self.section}.command: {self.text!r} cannot be filled in ({error}); known are "
                f"{known}, and a brace of its own is written twice"
            ) from error

    @property
    def program(self) -> str:
        """What is started."""
        return self.arguments(0)[0]

    def check(self) -> None:
        """Refuse a command that cannot run here.

        Raises:
            RecipeError: it cannot be filled in, has no place for the port, or its program is not
                installed.
        """
        if self.arguments(1) == self.arguments(2):
            raise RecipeError(
                f"{self.section}.command: {self.text!r} has no {{port}}: where would it listen?"
            )
        if shutil.which(self.program) is None:
            raise RecipeError(
                f"{self.section}.command: there is no program {self.program!r} here; install it "
                "where the workers run, or name it with its folder"
            )


def command_of(section: str, settings: EndpointModel, runtime: EndpointRuntime) -> ServerCommand:
    """The command of a section whose kind is `server`."""
    assert runtime.command is not None, "a recipe of kind server has a command"
    return ServerCommand(
        section=section,
        text=runtime.command,
        model=settings.model,
        revision=settings.revision or "main",
        dtype=settings.dtype or "auto",
        gpus=max(1, int(1 if runtime.gpus is None else runtime.gpus)),
        ready_seconds=runtime.ready_seconds,
    )
