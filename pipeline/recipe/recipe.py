"""One recipe: a name, inputs, and the two kinds of settings, checked against each other."""

from typing import Annotated

from pydantic import Field, model_validator

from pipeline.recipe.base import Settings
from pipeline.recipe.endpoint import EndpointWriterSettings
from pipeline.recipe.identity import Identity
from pipeline.recipe.runtime import Runtime


class Recipe(Settings):
    """One recipe: its name, where its videos are, and its two kinds of settings."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    inputs: tuple[str, ...] = ()
    """Files, folders, globs, `videos.csv` lists, or `package://NAME/PATH` for a file that an
    installed package ships; relative ones are relative to where the command runs."""
    identity: Identity = Identity()
    runtime: Runtime = Runtime()

    @model_validator(mode="after")
    def _endpoints_can_be_reached(self) -> "Recipe":
        if self.runtime.judge.base_url is None and self.identity.judge.kind == "endpoint":
            reached = self.runtime.writer
        else:
            reached = self.runtime.judge
        for section, settings, runtime in (
            ("writer", self.identity.writer, self.runtime.writer),
            ("judge", self.identity.judge, reached),
        ):
            if not isinstance(settings, EndpointWriterSettings):
                continue
            if runtime.base_url is None:
                raise ValueError(
                    f"{section}.base_url is missing: where is {settings.model} to be reached? "
                    "For instance http://127.0.0.1:8000/v1"
                )
            price = getattr(self.runtime, section).price or runtime.price
            if self.runtime.budget.usd is not None and price is None:
                raise ValueError(
                    f"budget.usd needs {section}.price: without the price of {settings.model} "
                    "nobody can tell when the money is spent"
                )
        return self
