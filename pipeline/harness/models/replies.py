"""What the frame selector's language model must answer."""

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator


class SelectionReply(BaseModel):
    """The frames that a question needs."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    frames: tuple[str, ...] = Field(min_length=1)
    """Ids of the moments, the most telling first."""

    @field_validator("frames")
    @classmethod
    def _given(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """As ids of frames; whoever names a moment that was not given is told so."""
        given: dict[str, str] = (info.context or {}).get("given", {})
        if unknown := [name for name in value if name not in given]:
            raise ValueError(f"{', '.join(unknown)} is no moment that was given")
        return tuple(given[name] for name in value)
