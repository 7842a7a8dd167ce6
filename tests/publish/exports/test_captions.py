"""What a frame selector chooses from."""

from pathlib import Path

from pipeline.publish.exports.captions import Window
from pipeline.publish.published import CaptionRow
from pipeline.publish.shards import ShardWriter, writing
from pipeline.publish.tables import CAPTIONS
from tests.publish.exports.rows import ROW


def caption(index: int, seconds: float, video: str = "v1") -> CaptionRow:
    return CaptionRow(
        id=f"{video}/f{index}",
        video=video,
        frame_index=index,
        pts_seconds=seconds,
        caption=f"caption {index}",
        captioner="a model",
    )


def test_without_a_table_only_the_core_frames_are_known(tmp_path: Path) -> None:
    window = Window(tmp_path)
    assert not window.whole
    assert [s.frame for s in window.around(ROW)] == ["v1/f300", "v1/f360"]
    assert window.around(ROW)[0].caption == "frame 300"


def test_all_captions_of_the_stretch_and_none_beyond_it(tmp_path: Path) -> None:
    rows = [
        caption(90, 9.9),
        caption(100, 10.0),
        caption(300, 12.0),
        caption(1000, 19.99),
        caption(1001, 20.0),
        caption(110, 12.0, video="v2"),
    ]
    with writing(ShardWriter(tmp_path / CAPTIONS.folder, CAPTIONS.name, CaptionRow, 4)) as table:
        for row in sorted(rows, key=lambda r: r.id):
            table.add(row)
    window = Window(tmp_path)
    assert window.whole
    # The core frame at 14.5 s has no row in the table and is there all the same.
    assert [s.frame for s in window.around(ROW)] == ["v1/f100", "v1/f300", "v1/f360", "v1/f1000"]
