"""Importing as a person does."""

import json
from pathlib import Path

from pipeline.cli import exit_codes
from tests.cli.command import called, demitasse
from tests.imports.test_espresso import TEST, TRAIN
from tests.imports.test_importing import CHARADES


def test_videoespresso(tmp_path: Path) -> None:
    file, out = tmp_path / "train.json", tmp_path / "out"
    file.write_text(json.dumps([TRAIN, TEST]))
    done = demitasse("import", "videoespresso", file, out)
    assert done.status == exit_codes.DONE, done.stderr
    assert done.stdout == f"{out}\n"
    assert "boxes read as centre-1000, which 100.0% of 2 fit" in done.stderr
    assert "2 rows: 1 train, 1 test imported, 0 left out" in done.stderr
    assert "frames by the scheme of their names: 2 frame_number, 1 sample_index" in done.stderr
    assert f"next: datasets.load_dataset('{out}')" in done.stderr


def test_rows_that_are_left_out_make_it_partial(tmp_path: Path) -> None:
    file, out = tmp_path / "charades_sta_train.txt", tmp_path / "out"
    file.write_text(CHARADES)
    done = called("import", "charades-sta", file, out)
    assert done.status == exit_codes.PARTIAL, done.stderr
    assert "give --durations" in done.stderr
    assert "span_reversed: 1" in done.stderr and "unresolved.jsonl" in done.stderr
    done = called("import", "charades-sta", file, out, "--split", "dev", "--json")
    assert json.loads(done.stdout)["imported"] == {"dev": 3} and not done.stderr


def test_a_mistake_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "val.csv").write_text("video_id,question,answer,qid\n")
    done = called("import", "nextgqa", tmp_path / "val.csv", tmp_path / "out")
    assert done.status == exit_codes.WRONG_USE
    assert "gsub_val.json" in done.stderr and "Traceback" not in done.stderr
