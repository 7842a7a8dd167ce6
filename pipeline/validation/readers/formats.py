"""The table of formats, in the order in which a file is compared with them."""

from typing import Final

from pipeline.validation.readers.demitasse import CAPTIONS, DEMITASSE, PROVENANCE, REJECTED
from pipeline.validation.readers.ego_st import EGO_ST
from pipeline.validation.readers.format import Format, Sign
from pipeline.validation.readers.messages import LLAMA_FACTORY, MS_SWIFT, QWEN_VL
from pipeline.validation.readers.rewarded import TRL, VERL
from pipeline.validation.readers.temporal import TEMPORAL
from pipeline.validation.readers.video_r1 import VIDEO_R1
from pipeline.validation.readers.videoespresso import VIDEOESPRESSO

FORMATS: Final[dict[str, Format]] = {
    found.name: found
    for found in (
        DEMITASSE,
        REJECTED,
        CAPTIONS,
        PROVENANCE,
        EGO_ST,
        VIDEOESPRESSO,
        VERL,
        QWEN_VL,
        MS_SWIFT,
        LLAMA_FACTORY,
        TRL,
        VIDEO_R1,
        TEMPORAL,
    )
}
NAMED: Final = tuple(name for name, found in FORMATS.items() if found.named)
"""Those that a user may name."""


def detect(sign: Sign) -> Format | None:
    """The first format that fits, or None."""
    return next((found for found in FORMATS.values() if found.fits(sign)), None)
