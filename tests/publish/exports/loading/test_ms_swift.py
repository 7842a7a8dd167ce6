"""The export for ms-swift, through its own dataset and the templates of Qwen's families."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.models.box_conventions import Family, from_bbox, scale_of
from tests.publish.exports.loading.installed import THEIR_WARNINGS, needs
from tests.publish.exports.loading.street import BOXES, COUNTS, PATCH, SIZES, exported, places

pytestmark = [needs("ms-swift", "`make consumers`"), THEIR_WARNINGS]

FAMILIES: tuple[Family, ...] = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl")
ANY = (0, 1 << 40)
"""Bounds that leave the size of a picture that was resized already."""


def rows(folder: Path, split: str, box_form: str, patch: pytest.MonkeyPatch) -> Any:
    """A split as ms-swift reads it."""
    out = exported(folder, "ms-swift", box_form=box_form)
    patch.setenv("ROOT_IMAGE_DIR", str(out))
    patch.setenv("MODELSCOPE_CACHE", str(folder / "cache"))
    from swift.dataset import load_dataset

    found, _ = load_dataset(
        [str(out / f"{split}.jsonl")], load_from_cache_file=False, remove_unused_columns=False
    )
    return found


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("box_form", ["unit", "pixels"])
def test_boxes_as_the_model_counts_them(
    box_form: str, family: Family, qwen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = template_of(family, qwen)
    for split, count in COUNTS.items():
        found = rows(tmp_path, split, box_form, monkeypatch)
        assert len(found) == count
        for row in found:
            check(template, family, dict(row))


def template_of(family: Family, checkpoint: Path) -> Any:
    """The family's own, for training."""
    from swift.model import get_processor
    from swift.template import get_template

    processor = get_processor(str(checkpoint), model_type=family)
    template = get_template(processor, template_type=family)
    template.set_mode("train")
    # it knows the token by its number in the released vocabulary, which a toy has not
    template.image_token_id = template.tokenizer.convert_tokens_to_ids(processor.image_token)
    return template


def check(template: Any, family: Family, row: dict[str, Any]) -> None:
    """Pictures one to one with their places, and boxes on the picture as it was resized."""
    given = template.encode(row)
    grids = given["image_grid_thw"]
    sizes = [(int(wide) * PATCH, int(high) * PATCH) for _, high, wide in grids]
    assert len(sizes) == len(SIZES)
    seen = template.tokenizer.decode(given["input_ids"])
    assert seen.count("<|image_pad|>") == places(grids)
    learned = template.tokenizer.decode([n for n in given["labels"] if n >= 0])
    for item, (picture, bbox) in BOXES.items():
        scale = scale_of(family, *sizes[picture], *ANY)
        x1, y1, x2, y2 = from_bbox(bbox, scale)
        box = f"<|box_start|>({x1},{y1}),({x2},{y2})<|box_end|>"
        assert f"<|object_ref_start|>{item}<|object_ref_end|>{box}" in learned
    assert "<bbox>" not in learned and "<ref-object>" not in learned
    assert learned.endswith(f"{row['solution']}<|im_end|>\n")


@pytest.mark.parametrize("stage", [1, 2])
def test_settings_of_both_stages(stage: int, tmp_path: Path) -> None:
    """Each is an option of `swift sft`, whose parser gets them as `--option value`."""
    from dataclasses import fields

    import yaml
    from swift.arguments import SftArguments

    out = exported(tmp_path, "ms-swift", training="two-stage")
    told = yaml.safe_load((out / f"stage{stage}.yaml").read_text())
    assert told.pop("ENV") == {"ROOT_IMAGE_DIR": "."}
    assert set(told) <= {field.name for field in fields(SftArguments)}


def test_boxes_of_both_stages(qwen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = exported(tmp_path, "ms-swift", training="two-stage")
    monkeypatch.setenv("ROOT_IMAGE_DIR", str(out))
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "cache"))
    from swift.dataset import load_dataset

    template = template_of("qwen2_5_vl", qwen)
    for stage in (1, 2):
        rows, _ = load_dataset(
            [str(out / f"stage{stage}_train.jsonl")],
            load_from_cache_file=False,
            remove_unused_columns=False,
        )
        for row in rows:
            seen = template.tokenizer.decode(template.encode(dict(row))["input_ids"])
            assert "<bbox>" not in seen and "<ref-object>" not in seen
            assert seen.count("<|box_start|>") == len(BOXES)
