"""What VideoEspresso's frame files say of their frames: three ways of naming, none documented.

From the examples in hshjerry/VideoEspresso, issue 24:

| source | example | the number |
|---|---|---|
| VATEX | `vatex/vatex_image/RgtipEqA7ZA_000046_000056/0.jpg` | index among the sampled frames |
| CUVA | `CUVA/2_image/00299/4560.jpg` | number of the frame in the video |
| StoryStream | `Storystream/Rabbids/rabbids/000027/000027_keyframe_1-38-11-958.jpg` | H-MM-SS-ms |

A number under another name may be either of the first two, and is not guessed.
"""

import re
from pathlib import PurePosixPath
from typing import Final

from pipeline.imports.rows import FrameScheme, ImportedFrame

_TIMECODE: Final = re.compile(r"(?:^|_)keyframe_(\d+)-(\d{1,2})-(\d{1,2})-(\d{1,3})$")
_BY_SOURCE: Final[dict[str, FrameScheme]] = {"vatex": "sample_index", "cuva": "frame_number"}


def frame_of(path: str, caption: str | None) -> ImportedFrame:
    """What a frame's path tells."""
    place = PurePosixPath(path.replace("\\", "/"))
    timecode = _TIMECODE.search(place.stem)
    if timecode:
        hours, minutes, seconds, millis = map(int, timecode.groups())
        time = hours * 3600 + minutes * 60 + seconds + millis / 1000
        return _frame(path, "timecode", None, time, caption)
    if not (place.stem.isascii() and place.stem.isdigit()):
        return _frame(path, "unknown", None, None, caption)
    parts = {part.casefold() for part in place.parts[:-1]}
    scheme: FrameScheme = next((s for source, s in _BY_SOURCE.items() if source in parts), "number")
    return _frame(path, scheme, int(place.stem), None, caption)


def _frame(
    path: str, scheme: FrameScheme, number: int | None, seconds: float | None, caption: str | None
) -> ImportedFrame:
    return ImportedFrame(path=path, scheme=scheme, number=number, seconds=seconds, caption=caption)
