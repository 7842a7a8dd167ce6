import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import transformers

from pipeline.errors import RecipeError
from pipeline.models.transformers_captioner.generation import generation_config
from tests.models.tiny_vlm.lessons import tokenizer
from tests.models.transformers_captioner.asking import captioner, right, texts, windows

hf: Any = transformers
"""Partly untyped upstream."""


def test_what_a_checkpoint_would_rather_do_changes_no_caption(qwen: Path, tmp_path: Path) -> None:
    """Left alone, `generate` takes each of these from generation_config.json."""
    folder = Path(shutil.copytree(qwen, tmp_path / "opinionated"))
    file = folder / "generation_config.json"
    opinions = {
        "do_sample": True,
        "temperature": 9.0,
        "top_k": 3,
        "repetition_penalty": 50.0,
        "no_repeat_ngram_size": 1,
        "num_beams": 4,
        "min_new_tokens": 12,
        "max_length": 3,
        "use_cache": False,
        "guidance_scale": 3.0,
    }
    file.write_text(json.dumps(json.loads(file.read_text()) | opinions))
    asked = windows(2)
    found = list(captioner(folder).caption(asked))
    assert [texts(one) for one in found] == [right(w) for w in asked]
    assert found == list(captioner(qwen).caption(asked))


def test_its_special_tokens_and_those_it_must_not_write_are_kept() -> None:
    own = hf.GenerationConfig(
        eos_token_id=[7, 5], pad_token_id=3, bos_token_id=1, bad_words_ids=[[9]], top_p=0.5
    )
    made = generation_config(own, tokenizer(), 64)
    assert (made.eos_token_id, made.pad_token_id, made.bos_token_id) == ([2, 5, 7], 3, 1)
    assert (made.bad_words_ids, made.top_p, made.max_new_tokens) == ([[9]], None, 64)


def test_what_it_does_not_name_the_tokenizer_does() -> None:
    made = generation_config(hf.GenerationConfig(), tokenizer(), 64)
    assert (made.eos_token_id, made.pad_token_id) == ([2], 0)


def test_a_model_that_cannot_end_is_refused() -> None:
    words = hf.PreTrainedTokenizerFast(tokenizer_object=tokenizer().backend_tokenizer)
    with pytest.raises(RecipeError, match=r"captioner\.model: .* end-of-text token"):
        generation_config(hf.GenerationConfig(), words, 64)
