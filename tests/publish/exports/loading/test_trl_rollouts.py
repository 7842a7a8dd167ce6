"""Questions that a policy was asked, trained on by TRL's GRPO with the reward beside them."""

import math
import runpy
from pathlib import Path
from typing import Any

import pytest

from pipeline.publish.exports.export import export
from pipeline.publish.exports.formats import format_of
from tests.publish.exports.loading.installed import needs
from tests.publish.exports.loading.test_trl import model, settings
from tests.publish.publishing import publish, recipe
from tests.publish.samples import blob_of, sample, tried

pytestmark = [
    needs("trl", "the `dev` extra has it"),
    pytest.mark.filterwarnings("ignore:.*gradient_checkpointing.* is deprecated:FutureWarning"),
]


def test_grpo_is_rewarded_by_the_file_in_the_export(
    qwen: Path, processor: Any, tmp_path: Path
) -> None:
    import datasets
    from trl import GRPOConfig, GRPOTrainer

    blobs, frames = blob_of(tmp_path / "store")
    rows = [tried(sample(n, frames), 1 + n % 6) for n in range(4)]
    publish(blobs, tmp_path / "dataset", rows, given=recipe(test_fraction=0.0))
    export(tmp_path / "dataset", tmp_path / "trl", format_of("trl"))
    reward = runpy.run_path(str(tmp_path / "trl" / "reward.py"))
    loaded = datasets.load_dataset(str(tmp_path / "trl"), cache_dir=str(tmp_path / "cache"))
    asked: list[dict[str, Any]] = []

    def right(completions: list[Any], **columns: Any) -> list[float | None]:
        """The shipped rewards as TRL calls them, of what would be the right reply."""
        asked.append(columns)
        said = [f"\\boxed{{{s}}}<think>t</think>\\boxed{{{s}}}" for s in columns["solution"]]
        found: list[float | None] = reward["weighted_reward"]()(completions=said, **columns)
        return found

    trainer = GRPOTrainer(
        model=model(qwen),
        args=settings(GRPOConfig, tmp_path / "out", num_generations=2, max_completion_length=4),
        train_dataset=loaded["train"],
        processing_class=processor,
        reward_funcs=[right, reward["task_reward"], reward["weighted_reward"]()],
    )
    done = trainer.train()
    assert math.isfinite(done.training_loss)
    logged = next(entry for entry in trainer.state.log_history if "rewards/right/mean" in entry)
    assert logged["rewards/right/mean"] == pytest.approx(3.0)
    assert logged["rewards/task_reward/mean"] == 0, "four random tokens"
    (columns,) = asked
    assert set(columns["solution"]) == {"B"}
    assert all(0 < one["pass_rate"] < 1 for one in columns["details"])
    assert {one["form"] for one in columns["details"]} == {"answer-think-answer"}
