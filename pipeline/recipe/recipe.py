"""One recipe: a name, inputs, and the two kinds of settings, checked against each other."""

from typing import Annotated, Final

from pydantic import Field, model_validator

from pipeline.recipe.base import Settings
from pipeline.recipe.endpoint import EndpointModel, EndpointRuntime
from pipeline.recipe.identity import Identity
from pipeline.recipe.runtime import Runtime

ASKED: Final = ("captioner", "writer", "judge", "detector", "policy")
"""Sections whose model may be behind an endpoint."""


class Recipe(Settings):
    """One recipe: its name, where its videos are, and its two kinds of settings."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    inputs: tuple[str, ...] = ()
    """Files, folders, globs, `videos.csv` lists, or `package://NAME/PATH` for a file that an
    installed package ships; relative ones are relative to where the command runs."""
    identity: Identity = Identity()
    runtime: Runtime = Runtime()

    @model_validator(mode="after")
    def _models_can_be_reached(self) -> "Recipe":
        for section in ASKED:
            settings = getattr(self.identity, section)
            if isinstance(settings, EndpointModel):
                self._check_reached(section, settings)
        return self

    def _check_reached(self, section: str, settings: EndpointModel) -> None:
        own: EndpointRuntime = getattr(self.runtime, section)
        runtime = reached(self.runtime, section)
        if settings.kind == "server":
            if runtime.command is None:
                raise ValueError(
                    f"{section}.command is missing: what starts the server of {settings.model}? "
                    "For instance vllm serve {model} --port {port}"
                )
            return
        if runtime.base_url is None:
            raise ValueError(
                f"{section}.base_url is missing: where is {settings.model} to be reached? "
                "For instance http://127.0.0.1:8000/v1"
            )
        if self.runtime.budget.usd is not None and (own.price or runtime.price) is None:
            raise ValueError(
                f"budget.usd needs {section}.price: without the price of {settings.model} "
                "nobody can tell when the money is spent"
            )


def reached(runtime: Runtime, section: str) -> EndpointRuntime:
    """How a section's model is reached: a judge with no address of its own shares the writer's."""
    own: EndpointRuntime = getattr(runtime, section)
    if shares_writer(runtime, section):
        return runtime.writer.model_copy(update={"price": own.price or runtime.writer.price})
    return own


def shares_writer(runtime: Runtime, section: str) -> bool:
    """Whether it is a judge that is reached as the writer is, within the writer's limits."""
    own: EndpointRuntime = getattr(runtime, section)
    return section == "judge" and own.base_url is None and own.command is None
