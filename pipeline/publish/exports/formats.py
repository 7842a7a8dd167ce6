"""All formats, by name."""

from typing import Final

from pipeline.errors import UsageError
from pipeline.publish.exports import (
    llama_factory,
    ms_swift,
    pause_and_think,
    trl,
    verl,
    video_r1,
    videoespresso,
)
from pipeline.publish.exports.format import Format

FORMATS: Final[dict[str, Format]] = {
    module.FORMAT.name: module.FORMAT
    for module in (videoespresso, llama_factory, ms_swift, trl, verl, video_r1, pause_and_think)
}


def format_of(name: str) -> Format:
    """The format of this name.

    Raises:
        UsageError: there is none.
    """
    if name not in FORMATS:
        raise UsageError(f"there is no format {name!r}; there are {', '.join(FORMATS)}")
    return FORMATS[name]
