"""The contact sheet, on plain frames whose pixels can be counted."""

import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageColor

from pipeline.contact_sheet import COLOURS, FRAME_HEIGHT, INK, MARGIN, MOST_WIDTH, contact_sheet
from pipeline.inspection import Inspection
from pipeline.records import Bbox, Box, Frame, Provenance, Question
from pipeline.tasks import Task

GREY = 128
BY_PROGRAM = Provenance(
    stage="questions",
    writer="program",
    model="program@1",
    prompt="questions/program@1",
    prompt_sha256="0" * 64,
    answer_source="derived",
)


def jpeg(width: int, height: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), (GREY,) * 3).save(data, format="JPEG")
    return data.getvalue()


def inspection(
    boxes: list[tuple[str, int, Bbox, bool]], frames: int = 2, question: str = "What comes first?"
) -> Inspection:
    """A question on `frames` core frames; boxes are (item, frame, box, verified)."""
    names = [f"v/f{30 * i}" for i in range(frames)]
    return Inspection(
        question=Question(
            id="q1",
            video="v",
            group="g",
            task=Task.EVENT_PROCESS,
            question=question,
            answer="The car.",
            frames=tuple(names),
            provenance=BY_PROGRAM,
        ),
        video=None,
        group=None,
        core_frames=tuple(
            Frame(
                id=name,
                video="v",
                frame_index=30 * i,
                pts_seconds=float(i),
                width=640,
                height=360,
                sha256="0" * 64,
                sharpness=1.0,
                motion=1.0,
                blob="0" * 64,
                offset=0,
                length=1,
            )
            for i, name in enumerate(names)
        ),
        verdict=None,
        evidence=None,
        boxes=tuple(
            Box(
                id=f"q1#{item}",
                question="q1",
                video="v",
                item=item,
                frame=names[frame],
                frame_index=30 * frame,
                pts_seconds=float(frame),
                bbox=bbox,
                score=0.5,
                clip_similarity=None,
                clip_frame=None,
                clip_random=None,
                certain=True,
                source="test",
                verified=verified,
            )
            for item, frame, bbox, verified in boxes
        ),
        unboxed=(),
        intervals=(),
        options=None,
        sample=None,
        rejection=None,
        outcomes=(),
        calls=(),
    )


def drawn(found: Inspection, size: tuple[int, int] = (640, 360)) -> npt.NDArray[np.uint8]:
    """The sheet's pixels, rows by columns by RGB."""
    jpegs = [jpeg(*size)] * len(found.core_frames)
    return np.asarray(contact_sheet(found, jpegs))


def where(picture: npt.NDArray[np.uint8], colour: str) -> tuple[int, int, int, int]:
    """The rectangle (left, top, right, bottom) that encloses a colour."""
    rows, columns = np.nonzero((picture == ImageColor.getrgb(colour)).all(axis=2))
    assert len(rows), f"no pixel is {colour}"
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


def test_a_box_is_drawn_where_it_is() -> None:
    box = (0.25, 0.25, 0.75, 0.875)
    picture = drawn(inspection([("car_1", 1, box, True)]))
    width = round(640 * FRAME_HEIGHT / 360)
    left, top, right, bottom = where(picture, COLOURS[0])
    start = MARGIN + width + MARGIN  # the second frame's left edge
    assert left == pytest.approx(start + 0.25 * width, abs=2)
    assert right == pytest.approx(start + 0.75 * width, abs=2)
    assert bottom == pytest.approx(MARGIN + 0.875 * FRAME_HEIGHT, abs=2)
    assert top < MARGIN + 0.25 * FRAME_HEIGHT, "its label stands above it"


def test_each_item_has_a_colour_of_its_own() -> None:
    names = [f"item_{i}" for i in range(len(COLOURS))]
    boxes = [(name, 0, (0.1 * i, 0.5, 0.1 * i + 0.1, 0.9), True) for i, name in enumerate(names)]
    picture = drawn(inspection(boxes))
    places = {where(picture, colour) for colour in COLOURS}
    assert len(places) == len(COLOURS)


def test_a_box_that_is_not_verified_has_a_thinner_line() -> None:
    box = (0.3, 0.3, 0.6, 0.9)
    inks = [
        (drawn(inspection([("car_1", 0, box, ok)])) == ImageColor.getrgb(COLOURS[0])).all(axis=2)
        for ok in (True, False)
    ]
    low = [ink[MARGIN + FRAME_HEIGHT // 2].sum() for ink in inks]
    assert low == [6, 2], "two sides of three pixels, or of one"


def test_labels_do_not_cover_each_other() -> None:
    box = (0.2, 0.4, 0.8, 0.9)
    picture = drawn(inspection([("car_1", 0, box, True), ("car_2", 0, box, True)]))
    tops = [where(picture, COLOURS[i])[1] for i in range(2)]
    assert abs(tops[0] - tops[1]) > 10


@pytest.mark.parametrize("size", [(1920, 360), (640, 360), (360, 640), (64, 640)])
def test_frames_stand_in_rows_that_can_be_read(size: tuple[int, int]) -> None:
    picture = drawn(inspection([], frames=5), size)
    assert picture.shape[1] <= max(MOST_WIDTH, round(size[0] * FRAME_HEIGHT / size[1])) + 2 * MARGIN
    grey = (np.abs(picture.astype(int) - GREY) <= 1).all(axis=2).sum()
    area = round(size[0] * FRAME_HEIGHT / size[1]) * FRAME_HEIGHT
    assert grey >= 5 * area, "no frame is cut or covered"


def test_long_questions_wrap_and_nothing_runs_off_the_paper() -> None:
    short = drawn(inspection([]))
    long = drawn(inspection([], question="What happens then? " * 60 + "w" * 900))
    assert long.shape[0] > short.shape[0] and long.shape[1] == short.shape[1]
    assert where(long, INK)[2] <= long.shape[1] - MARGIN
