"""Plots show what there is, as files that are the same whenever they are drawn."""

import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from pipeline.publish import plots as card_plots
from pipeline.publish.drawing import BLUE, ORANGE, Plot, render
from pipeline.publish.plots import plots, write_plots
from pipeline.publish.statistics import Statistics
from tests.cli.command import REPOSITORY
from tests.publish.counting import counted, some
from tests.publish.samples import blob_of, sample

DRAW = """
import sys
from pathlib import Path
from hashlib import sha256
from tests.publish.counting import some
from pipeline.publish.plots import write_plots
folder = Path(sys.argv[1])
write_plots(folder, some(folder / "store"))
for path in sorted(folder.glob("plots/*")):
    print(path.name, sha256(path.read_bytes()).hexdigest())
"""


@pytest.fixture(autouse=True)
def drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_plots, "render", render)


def picture(plot: Plot) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.open(BytesIO(render(plot)[0])).convert("RGB"))


def pixels(found: npt.NDArray[np.uint8], colour: str) -> npt.NDArray[np.bool_]:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return np.asarray((found == wanted).all(axis=2))


def test_two_processes_draw_the_same_bytes(tmp_path: Path) -> None:
    write_plots(tmp_path, some(tmp_path / "store"))
    drawn = [
        f"{path.name} {sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(tmp_path.glob("plots/*"))
    ]
    (tmp_path / "again").mkdir()
    again = subprocess.run(
        [sys.executable, "-c", DRAW, str(tmp_path / "again")],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "HOME": str(tmp_path), "LANG": "C", "TZ": "Asia/Tokyo"},
    )
    assert again.stdout.split("\n")[:-1] == drawn
    assert len(drawn) == 16


def test_a_user_s_own_style_changes_nothing(tmp_path: Path) -> None:
    import matplotlib

    (plot, *_) = plots(some(tmp_path))
    before = render(plot)
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 30, "svg.hashsalt": "x"}):
        assert render(plot) == before


def test_files_are_small_and_tell_nothing_of_when_and_where(tmp_path: Path) -> None:
    for plot in plots(some(tmp_path)):
        png, svg = render(plot)
        assert len(png) + len(svg) < 200_000
        assert Image.open(BytesIO(png)).info.keys() <= {"dpi"}
        text = svg.decode()
        ElementTree.fromstring(text)
        assert "dc:date" not in text and "Matplotlib" not in text
        assert str(tmp_path) not in text


def test_the_bars_of_tasks_are_as_long_as_their_numbers(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    samples = [replace(sample(0, frames), id=f"q{n}") for n in range(4)]
    statistics = counted(tmp_path, *samples, splits=("train", "train", "train", "test"))
    (plot, *_) = plots(statistics)
    drawn = picture(plot)
    row = int(np.argmax(pixels(drawn, BLUE).sum(axis=1)))
    train, test = (int(pixels(drawn, colour)[row].sum()) for colour in (BLUE, ORANGE))
    assert abs(train - 3 * test) < 6


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    assert write_plots(tmp_path, Statistics()) == {}
    assert not (tmp_path / "plots").exists()


def test_without_options_there_is_nothing_to_compare(tmp_path: Path) -> None:
    _, frames = blob_of(tmp_path)
    found = [p.name for p in plots(counted(tmp_path, sample(0, frames[:1]), splits=("train",)))]
    assert found == ["tasks", "key_items", "sources", "lengths", "top_terms"]


def test_names_that_the_font_cannot_write_are_told_by_their_place(tmp_path: Path) -> None:
    """A missing sign is a warning, which fails a test; mathematics would be another."""
    _, frames = blob_of(tmp_path)
    names = ["街の映像", "$x^2$ and $", "a name that is much too long to stand beside a bar", "été"]
    samples = [replace(sample(n, frames), source=name) for n, name in enumerate(names)]
    (plot,) = [p for p in plots(counted(tmp_path, *samples)) if p.name == "sources"]
    assert pixels(picture(plot), BLUE).any()


def test_planning_a_run_does_not_import_matplotlib() -> None:
    code = "import sys, pipeline.stages.publish, pipeline.graph; print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
