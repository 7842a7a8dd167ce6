"""Whatever stands in a row, no reader and no rule falls over it."""

import copy
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.validation.context import Context
from pipeline.validation.limits import Limits
from pipeline.validation.readers.fields import Fields
from pipeline.validation.readers.format import Place
from pipeline.validation.readers.formats import FORMATS
from pipeline.validation.readers.source import Source
from pipeline.validation.rules.table import RULES
from pipeline.validation.validate import validate
from tests.validation import foreign
from tests.validation.foreign import Row, write_lines

TEXT = st.text(st.characters(), max_size=8) | st.sampled_from(
    ("<think>", "</obj>", "(B)", "A. x B. y", "<box>[1, 2", "\ud800", "\x00", "I you", "nan", "..")
)
NUMBER = st.integers(-10, 2000) | st.floats() | st.just(10**400)
VALUE = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def published() -> list[Row]:
    frame = {"frame": "v/f1", "frame_index": 1, "pts_seconds": 0.5, "sha256": "0" * 64,
             "image": {"bytes": b"x", "path": "x.jpg"}}  # fmt: skip
    return [
        {
            "id": "q", "video": "v", "split": "test", "task": "event_process", "question": "Why?",
            "answer": "So.", "options": ["So.", "No."], "letter": "A", "core_frames": [frame],
            "evidence": "<obj>a</obj> is.", "key_items": ["a"],
            "boxes": [{"item": "a", "frame": "v/f1", "bbox": [0.1, 0.1, 0.2, 0.2]}],
            "unboxed": [],
            "intervals": [{"claim": "c", "pts_seconds": [0.5], "start_seconds": 0.5,
                           "end_seconds": 1.0}],
        }
    ]  # fmt: skip


ROWS: dict[str, list[Callable[[], list[Row]]]] = {
    "demitasse": [published],
    "rejected": [published],
    "videoespresso": [foreign.videoespresso_train, foreign.videoespresso_test, foreign.open_o3],
    "verl": [foreign.verl],
    "qwen-vl": [foreign.qwen_vl],
    "ms-swift": [foreign.ms_swift],
    "llama-factory": [foreign.llama_factory, foreign.pause_and_think],
    "trl": [foreign.trl, foreign.trl_typed],
    "video-r1": [foreign.video_r1, foreign.pause_and_think_benchmark],
    "ego-st": [foreign.ego_st],
    "temporal": [foreign.temporal],
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a row."""
    found = [path] if path else []
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


@st.composite
def spoilt(draw: st.DrawFn, makes: list[Callable[[], list[Row]]]) -> list[Row]:
    """Good rows with arbitrary values in some places, or without what stood there."""
    rows = [copy.deepcopy(row) for make in makes for row in make()] * 2
    rows = [copy.deepcopy(row) for row in rows]
    for row in rows:
        for _ in range(draw(st.integers(0, 3))):
            *way, last = draw(st.sampled_from(places(row)))
            inner: Any = row
            for step in way:
                inner = inner[step]
            if isinstance(inner, dict) and draw(st.booleans()):
                del inner[last]
            else:
                inner[last] = draw(VALUE)
            if not row:
                break
    return rows


READ = {name for name, found in FORMATS.items() if found.read is not None}


def test_every_format_is_spoilt_here() -> None:
    assert set(ROWS) == READ


@pytest.mark.parametrize("name", sorted(READ))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_row_is_too_odd(tmp_path: Path, name: str, data: st.DataObject) -> None:
    context = Context(Source(tmp_path, True, (), ()), Limits())
    watches = [(rule, rule.watch(context)) for rule in RULES.values()]
    for ordinal, raw in enumerate(data.draw(spoilt(ROWS[name]))):
        read = FORMATS[name].read
        assert read is not None
        row = read(Fields(raw), Place(ordinal, f"x.json:{ordinal}", "train", None))
        context.labels.append(row.label)
        for _, watch in watches:
            watch.see(row)
    for rule, watch in watches:
        watch.finish()
        json.dumps(asdict(rule.result(watch)), ensure_ascii=False).encode()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=st.lists(st.binary(max_size=30), max_size=6))
def test_no_line_is_too_odd(tmp_path: Path, lines: list[bytes]) -> None:
    path = write_lines(tmp_path / "rows.jsonl", foreign.trl())
    path.write_bytes(path.read_bytes() + b"\n".join(lines))
    report = validate(path, format_name="trl")
    assert report.rows >= 1
