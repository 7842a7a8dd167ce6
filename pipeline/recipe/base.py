"""What every section of a recipe is: strict, frozen, and clear about what it refuses."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    ValidationInfo,
    field_validator,
)

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


def _ordered(workers: int | tuple[int, int] | None) -> int | tuple[int, int] | None:
    if isinstance(workers, tuple) and workers[0] > workers[1]:
        raise ValueError("needs [least, most] with least <= most")
    return workers


Workers = Annotated[Count | tuple[Count, Count] | None, AfterValidator(_ordered)]
"""At most so many, or between so many and so many; null: as many as fit."""


def _whole_or_part(gpus: float) -> float:
    if gpus > 1 and gpus != int(gpus):
        raise ValueError("needs to be a whole number, or a part of one GPU")
    return gpus


Gpus = Annotated[float, Field(ge=0), AfterValidator(_whole_or_part)]
"""Of one worker: several whole ones, or a part of one."""


def by_kind(default: str, **same: str) -> Discriminator:
    """Tells the models of a section apart by its field `kind`.

    Args:
        default: the kind of a section that names none.
        same: kinds that are settings of another kind's model.
    """

    def kind(value: Any) -> str:
        found = value.get("kind", default) if isinstance(value, dict) else value.kind
        return same.get(found, str(found))

    return Discriminator(kind)


class Settings(BaseModel):
    """Base of every section: no unknown field, no coercion surprises, no mutation."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _yes_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        """YAML reads `yes` and `on` as true, which would pass for 1."""
        if (
            isinstance(value, bool)
            and cls.model_fields[info.field_name or ""].annotation is not bool
        ):
            raise ValueError("cannot be true or false")
        return value
