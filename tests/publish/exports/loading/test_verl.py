"""The export for verl, read by its own `RLHFDataset`, and what its rewards are called with."""

from pathlib import Path
from typing import Any

import pytest

from tests.publish.exports.loading.installed import THEIR_WARNINGS, needs
from tests.publish.exports.loading.street import BOXES, COUNTS, SIZES, exported

pytestmark = [needs("verl", "`make consumers`"), THEIR_WARNINGS]


def read(folder: Path, split: str, processor: Any) -> Any:
    """A split as verl reads it: what it cannot process it prints and filters out."""
    from omegaconf import OmegaConf
    from verl.utils.dataset.rl_dataset import RLHFDataset

    files = sorted(map(str, exported(folder, "verl").glob(f"{split}-*.parquet")))
    config = OmegaConf.create(
        {
            "max_prompt_length": 1024,
            "filter_overlong_prompts": True,
            "filter_overlong_prompts_workers": None,
            "cache_dir": str(folder / "cache"),
        }
    )
    return RLHFDataset(files, processor.tokenizer, config, processor)


@pytest.mark.parametrize("split", COUNTS)
def test_rlhf_dataset(split: str, processor: Any, tmp_path: Path) -> None:
    from verl.utils.dataset.rl_dataset import collate_fn

    rows = read(tmp_path, split, processor)
    assert len(rows) == COUNTS[split]
    for n, row in enumerate(rows):
        (turn,) = row["raw_prompt"]
        kinds = [block["type"] for block in turn["content"]]
        assert kinds == ["image"] * len(SIZES) + ["text"]
        pictures = [block["image"] for block in turn["content"][: len(SIZES)]]
        assert [picture.size for picture in pictures] == list(SIZES)
        assert row["index"] == n and row["data_source"] == "demitasse"
        boxes = {
            box["item"]: (box["picture"], tuple(box["bbox"])) for box in row["extra_info"]["boxes"]
        }
        assert boxes == BOXES
    batch = collate_fn(list(rows))
    assert list(batch["index"]) == list(range(COUNTS[split]))


@pytest.mark.parametrize("split", COUNTS)
def test_what_a_rollout_gives_the_model(split: str, processor: Any, tmp_path: Path) -> None:
    from verl.utils.dataset.rl_dataset import RLHFDataset

    rows = read(tmp_path, split, processor)
    for row in rows:
        text = processor.apply_chat_template(
            row["raw_prompt"], add_generation_prompt=True, tokenize=False
        )
        images, videos, audios = RLHFDataset._process_multi_modal_info(
            row["raw_prompt"], rows.image_patch_size, rows.config
        )
        assert text.count(processor.image_token) == len(images) == len(SIZES)
        assert not videos and not audios
        given = processor(text=[text], images=images)
        assert len(given["image_grid_thw"]) == len(SIZES)


def test_a_reward(processor: Any, tmp_path: Path) -> None:
    """The manager looks the columns up and hands them on."""
    import asyncio

    import torch
    from omegaconf import OmegaConf
    from verl import DataProto
    from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager
    from verl.utils.dataset.rl_dataset import collate_fn

    row = read(tmp_path, "test", processor)[0]
    asked: list[dict[str, Any]] = []

    def reward(**given: Any) -> float:
        asked.append(given)
        return 1.0

    reply = torch.tensor([processor.tokenizer.encode("<answer>B</answer>")])
    batch = DataProto.from_single_dict(
        collate_fn([row])
        | {"responses": reply, "attention_mask": torch.ones_like(reply), "prompts": reply[:, :0]}
    )

    async def run() -> None:
        manager = NaiveRewardManager(OmegaConf.create({}), processor.tokenizer, reward)
        await manager.run_single(batch)

    asyncio.run(run())
    (given,) = asked
    assert (given["data_source"], given["ground_truth"]) == ("demitasse", "B")
    assert given["solution_str"] == "<answer>B</answer>"
    assert given["extra_info"]["letter"] == "B"
