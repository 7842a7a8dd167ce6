from collections.abc import Callable
from pathlib import Path

import pytest

from tests.models import tiny_vlm
from tests.models.transformers_captioner.asking import captioner, right, texts, window, windows


@pytest.mark.parametrize("family", [tiny_vlm.llava, tiny_vlm.internvl, tiny_vlm.idefics])
def test_every_family_tells_the_frames_of_a_batch_apart(
    family: Callable[[Path], Path], tmp_path: Path
) -> None:
    model = captioner(family(tmp_path), batch=6)
    asked = windows(4)
    assert [texts(found) for found in model.caption(asked)] == [right(w) for w in asked]


def test_qwen_and_smolvlm_do_too(qwen: Path, smolvlm: Path) -> None:
    asked = windows(4)
    for folder in (qwen, smolvlm):
        found = captioner(folder, batch=6).caption(asked)
        assert [texts(one) for one in found] == [right(w) for w in asked]


def test_several_frames_are_seen_together_and_each_gets_its_line(qwen_of_three: Path) -> None:
    model = captioner(qwen_of_three, batch=6, frames_together=3, max_tokens=40)
    taught = [["red", "green", "blue"] * 2, ["green", "blue", "red"], ["blue", "red", "green"]]
    asked = [window(f"w{i}", colours) for i, colours in enumerate(taught)]
    found = list(model.caption(asked))
    assert [texts(one) for one in found] == [right(w) for w in asked]
    assert found[0].usage.tokens_in == 2 * found[1].usage.tokens_in  # two prompts, not six


def test_half_precision_works_on_the_cpu(qwen: Path) -> None:
    model = captioner(qwen, dtype="bfloat16")
    (asked,) = windows(1)
    (found,) = model.caption([asked])
    assert texts(found) == right(asked)
    assert model.label.endswith(":bfloat16")


def test_a_compiled_model_with_a_cache_of_fixed_size_says_the_same(qwen: Path) -> None:
    asked = windows(2, length=3)  # six prompts: a batch that is filled up
    assert [texts(found) for found in captioner(qwen, compile=True).caption(asked)] == [
        right(w) for w in asked
    ]
