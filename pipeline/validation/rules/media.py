"""Pictures and videos: there, whole, and the bytes that the row says."""

import io
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Media, Row
from pipeline.validation.rule import Flaw, Rule, each

_ELSEWHERE: Final = ("http://", "https://", "s3://", "hf://", "data:", "package://")
"""Nothing is fetched to validate a dataset."""
_REDUCED: Final = 8
"""A JPEG decodes to an eighth of its size in a fraction of the time, and reads all its bytes."""


def _check(row: Row, context: Context) -> Iterator[Flaw] | None:
    here = [m for m in row.media or () if not (m.path or "").startswith(_ELSEWHERE)]
    return _flaws(here, context.root, Path(row.place).parent) if here else None


def _flaws(found: list[Media], root: Path, folder: Path) -> Iterator[Flaw]:
    for item in found:
        name = item.path or f"an embedded {item.kind}"
        if item.data is not None:
            yield from _embedded(name, item.data, item.sha256)
        elif item.path is not None:
            yield from _on_disk(item, root, folder)


def _embedded(name: str, data: bytes, wanted: str | None) -> Iterator[Flaw]:
    if not data:
        yield Flaw("missing", f"{name} has no bytes")
        return
    if wanted is not None and sha256(data).hexdigest() != wanted:
        yield Flaw("hash", f"{name} is not the picture whose SHA-256 is {wanted[:12]}")
    if message := _unreadable(io.BytesIO(data)):
        yield Flaw("unreadable", f"{name}: {message}")


def _on_disk(item: Media, root: Path, folder: Path) -> Iterator[Flaw]:
    name = (item.path or "").removeprefix("file://")
    path = next((p for p in (root / name, root / folder / name) if _is_file(p)), None)
    if path is None:
        yield Flaw("missing", f"{name} is not below {root}")
    elif not path.stat().st_size:
        yield Flaw("unreadable", f"{name} has no bytes")
    elif item.kind == "image" and (message := _unreadable(path)):
        yield Flaw("unreadable", f"{name}: {message}")


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):  # not there, or no name that a file could have
        return False


def _unreadable(source: Path | io.BytesIO) -> str | None:
    """Why a picture cannot be decoded to its end; None where it can."""
    try:
        with Image.open(source) as picture:
            picture.draft(None, (picture.width // _REDUCED, picture.height // _REDUCED))
            picture.load()
    except (UnidentifiedImageError, Image.DecompressionBombError):
        return "it is no picture"
    except (OSError, SyntaxError, ValueError) as error:
        return str(error)
    return None


MEDIA = Rule(
    name="media",
    checks="pictures and videos are there, pictures decode to their end, hashes are right",
    needs="a picture or a video of its own",
    kinds={
        "missing": Kind("error", "has a picture or a video that is not there"),
        "hash": Kind("error", "has a picture whose hash is another one"),
        "unreadable": Kind("error", "has a picture or a video that cannot be read"),
    },
    watch=each(_check),
    pictures=True,
)
