"""All formats, by name."""

from typing import Final, Literal, TypeAlias

from pipeline.errors import UsageError
from pipeline.publish.exports import (
    ego_st,
    llama_factory,
    ms_swift,
    pause_and_think,
    trl,
    verl,
    video_r1,
    videoespresso,
)
from pipeline.publish.exports.format import Format
from pipeline.publish.exports.two_stage import llama_factory as llama_factory_stages
from pipeline.publish.exports.two_stage import ms_swift as ms_swift_stages

Training: TypeAlias = Literal["two-stage"]
"""How rows are cut for training, where they are not trained on whole."""

FORMATS: Final[dict[str, Format]] = {
    module.FORMAT.name: module.FORMAT
    for module in (
        videoespresso,
        llama_factory,
        ms_swift,
        trl,
        verl,
        video_r1,
        pause_and_think,
        ego_st,
    )
}


TWO_STAGE: Final[dict[str, Format]] = {
    module.FORMAT.name: module.FORMAT for module in (llama_factory_stages, ms_swift_stages)
}
"""Evidence first, then the answer, with the settings to train with."""


def format_of(name: str, training: Training | None = None) -> Format:
    """The format of this name.

    Raises:
        UsageError: there is none.
    """
    if name not in FORMATS:
        raise UsageError(f"there is no format {name!r}; there are {', '.join(FORMATS)}")
    if training is None:
        return FORMATS[name]
    if name not in TWO_STAGE:
        raise UsageError(
            f"{name} has no form for {training} training; {' and '.join(TWO_STAGE)} have"
        )
    return TWO_STAGE[name]
