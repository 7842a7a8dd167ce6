import json
import shutil
from collections.abc import Callable
from pathlib import Path

import huggingface_hub.constants
import pytest
import torch
import transformers.models.smolvlm.processing_smolvlm as smolvlm_processing
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertModel, Qwen2_5_VLForConditionalGeneration

from pipeline.errors import DeviceLostError, MissingDependencyError, RecipeError, ResourceError
from pipeline.models.checkpoint import find_checkpoint
from pipeline.models.transformers_captioner import weights
from pipeline.models.transformers_captioner.loading import LoadedModel, load

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def loaded(
    model: Path | str, revision: str | None = None, gpus: float | None = None
) -> LoadedModel:
    return load(find_checkpoint("captioner", str(model), revision), "float32", gpus)


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Offline, with an empty cache."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@pytest.fixture
def copy(qwen: Path, tmp_path: Path) -> Path:
    """A checkpoint to spoil."""
    return Path(shutil.copytree(qwen, tmp_path / "copy"))


def test_a_hubs_model_comes_from_the_local_cache_first(qwen: Path, no_hub: Path) -> None:
    shutil.copytree(qwen, no_hub / "models--acme--vlm" / "snapshots" / COMMIT)
    assert loaded("acme/vlm", COMMIT).model.config.model_type == "qwen2_5_vl"


def test_a_model_that_is_nowhere_comes_with_the_command_that_fetches_it(no_hub: Path) -> None:
    with pytest.raises(MissingDependencyError) as told:
        loaded("acme/vlm", COMMIT)
    assert f"'acme/vlm' at revision {COMMIT} is not on this machine" in str(told.value)
    assert "`demitasse doctor RECIPE --prefetch`" in str(told.value)


def _no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def _odd_config(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["hidden_size"] = "lots"
    (folder / "config.json").write_text(json.dumps(config))


def _other_sizes(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["hidden_size"] = 96
    (folder / "config.json").write_text(json.dumps(config))


def _no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def _cut_off(folder: Path) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])


def _one_weight_less(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    (gone,) = (name for name in tensors if name.endswith("layers.1.mlp.up_proj.weight"))
    del tensors[gone]
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def _no_template(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()


def _no_images(folder: Path) -> None:
    config = json.loads((folder / "processor_config.json").read_text())
    del config["processor_class"], config["image_processor"]
    (folder / "processor_config.json").write_text(json.dumps(config))


def _text_only(folder: Path) -> None:
    tiny = BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, vocab_size=99)
    BertModel(tiny).save_pretrained(folder)


def _code_of_its_own(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "acme_vl", "auto_map": {"AutoConfig": "acme.AcmeConfig"}}
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_no_config, "cannot be used: "),
        (_odd_config, "cannot be used: "),
        (_other_sizes, "cannot be used: "),
        (_no_weights, "no file named model.safetensors"),
        (_cut_off, "cannot be used: "),
        (_one_weight_less, "lack 1 of the model.s tensors, .*layers.1.mlp.up_proj.weight"),
        (_no_template, "has no chat template"),
        (_no_images, "cannot be used: .*image.processor"),
        (_text_only, "is a bert model, and captions are asked of image-text-to-text models"),
        (_code_of_its_own, "cannot be used: "),
    ],
)
def test_a_folder_that_is_no_such_model_is_the_users_mistake(
    spoil: Callable[[Path], None], says: str, copy: Path
) -> None:
    spoil(copy)
    with pytest.raises(RecipeError, match=says) as told:
        loaded(copy)
    assert str(told.value).startswith(f"captioner.model: '{copy}' ")


def test_a_package_that_only_this_model_needs_is_named(
    smolvlm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smolvlm_processing, "num2words", None)
    with pytest.raises(MissingDependencyError, match=r"extra `models`.*`num2words`"):
        loaded(smolvlm)


def _raising(error: Exception) -> Callable[..., object]:
    def raises(*_: object, **__: object) -> object:
        raise error

    return raises


def test_a_model_too_large_and_a_dead_device_are_told_apart(
    qwen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Qwen2_5_VLForConditionalGeneration
    monkeypatch.setattr(model, "to", _raising(torch.OutOfMemoryError("CUDA out of memory")))
    with pytest.raises(ResourceError, match=r"does not fit the memory.*`captioner\.gpus`"):
        loaded(qwen)
    monkeypatch.setattr(model, "to", _raising(torch.AcceleratorError("CUDA error: unspecified")))
    with pytest.raises(DeviceLostError, match="CUDA error: unspecified"):
        loaded(qwen)


def test_a_copy_over_several_gpus_needs_accelerate(
    qwen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(weights, "find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match=r"captioner\.gpus is 2, .* accelerate"):
        loaded(qwen, gpus=2)


def test_the_fastest_attention_is_the_one_that_works_here(
    qwen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loaded(qwen).model.config._attn_implementation == "sdpa"
    model = Qwen2_5_VLForConditionalGeneration
    monkeypatch.setattr(weights, "is_flash_attn_2_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    for capability, dtype, first in (
        ((8, 0), torch.bfloat16, "flash_attention_2"),
        ((7, 5), torch.bfloat16, "sdpa"),
        ((9, 0), torch.float32, "sdpa"),
    ):
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda c=capability: c)
        assert weights.attentions(model, dtype)[0] == first
    monkeypatch.setattr(model, "_supports_sdpa", False)
    assert weights.attentions(model, torch.float32) == ["eager"]


def test_an_attention_that_a_part_of_the_model_lacks_is_passed_over(
    qwen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FlashAttention is not installed here, so asking for it fails as for a part without it."""
    monkeypatch.setattr(weights, "attentions", lambda *_: ["flash_attention_2", "sdpa", "eager"])
    assert loaded(qwen).model.config._attn_implementation == "sdpa"
