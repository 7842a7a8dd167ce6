"""Settings of a language model behind an OpenAI-compatible endpoint, and of what it may cost."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator

from pipeline.recipe.base import Count, Fraction, Gpus, Positive, Settings, Workers

Dollars = Annotated[float, Field(ge=0)]


class EndpointModel(Settings):
    """A model behind an endpoint. Every sampling value is sent with every call.

    Whether somebody else runs the server (`endpoint`) or the run starts one itself (`server`) is
    not part of any key: the same model gives the same answers.
    """

    kind: Literal["endpoint", "server"]
    model: Annotated[str, Field(min_length=1)]
    """The name that the endpoint knows the model by."""
    label: Annotated[str, Field(min_length=1)] | None = None
    """What stands for the model in keys, e.g. with its revision; null: `model`. Two servers may
    serve different weights under one name, and one model may change its name."""
    revision: Annotated[str, Field(min_length=1)] | None = None
    """Of `server`: the commit of the model on its hub; part of the label where none is given."""
    dtype: Annotated[str, Field(min_length=1)] | None = None
    """Of `server`: the number format of the weights, as its command names it; likewise."""
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    top_p: Fraction = 1.0
    max_tokens: Count = 4096
    """Of a reply; a longer one fails as `Truncated`."""
    seed: int = 0
    image_long_side: Annotated[int, Field(ge=32)] | None = None
    """Longer side of the pictures sent, in pixels; null, or larger: as they are stored."""
    image_detail: Literal["auto", "low", "high"] = "auto"
    """What the endpoint is asked to look at them with."""

    @property
    def name(self) -> str:
        """What keys and provenance call the model."""
        if self.label is not None:
            return self.label
        revision = f"@{self.revision}" if self.revision else ""
        return f"{self.model}{revision}{f':{self.dtype}' if self.dtype else ''}"


class EndpointWriterSettings(EndpointModel):
    """A language model that writes or judges."""

    sees: Literal["captions", "frames"] = "captions"
    """`captions`: text only, as VideoEspresso's own writers; `frames`: the pictures too."""


class PriceSettings(Settings):
    """US dollars a million tokens."""

    input: Dollars
    output: Dollars
    cached_input: Dollars | None = None
    """Of input tokens that the endpoint had cached; null: as `input`."""
    batch_factor: Fraction = 0.5
    """What the batch API charges of these."""
    as_of: date
    """When they were looked up."""


class EndpointRuntime(Settings):
    """How an endpoint is reached, and how hard it may be pressed."""

    base_url: str | None = None
    """Up to and with `/v1`. For `judge`, null: as `writer`, which then shares its limits."""
    command: Annotated[str, Field(min_length=1)] | None = None
    """Of `server`: what starts the model server, e.g. `vllm serve {model} --port {port}`. Known are
    `{model}`, `{revision}`, `{dtype}`, `{port}` and `{gpus}`. For `judge`, null: as `writer`."""
    ready_seconds: Positive = 1800.0
    """Of `server`: how long it may take until it answers; large models load for minutes."""
    gpus: Gpus | None = None
    """Of one worker; null: one where the machine has any, else none. Parts of one share it."""
    api_key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """The environment variable that holds the key, read where the calls are made; null: none."""
    in_flight: Count = 64
    """Calls at the same time: over all workers of a run, or to each server that a run starts."""
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    timeout_seconds: Positive = 600.0
    """Of one call."""
    attempts: Count = 6
    """Of one call that breaks (connection, time limit, 5xx); a 429 is not counted."""
    patience_seconds: Positive = 600.0
    """Without any answer for so long, or asked to wait longer, the run stops."""
    structured: Literal["auto", "json_schema", "prompt"] = "auto"
    """How the reply's schema is told; `auto` finds out what the endpoint takes."""
    picture_tokens: Count = 1500
    """What a picture counts at most, for budgets."""
    workers: Workers = None
    """Of an endpoint: processes that make calls; null: one for every 256 in flight. Of servers and
    models: copies, `n` or `[least, most]`; null: as many as there is work and room for, and one
    server a machine where there are no GPUs."""
    price: PriceSettings | None = None

    @field_validator("base_url")
    @classmethod
    def _no_secret_in_it(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("needs to begin with http:// or https://")
        if value is not None and "@" in value.split("//", 1)[1].split("/", 1)[0]:
            raise ValueError("must not hold a password: name a variable in api_key_env")
        return value.rstrip("/") if value else value


class BudgetRuntime(Settings):
    """What the workspace may cost, over all runs; reserved before a call, settled after it."""

    usd: Positive | None = None
    tokens: Count | None = None
    requests: Count | None = None
