"""Tiny checkpoints with random weights, as folders that the real code loads by path.

Each has the real architecture and processor of its family; only the numbers are small, so that a
pass takes milliseconds. Nothing is downloaded: tokenizers get a vocabulary of a few words.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import open_clip
import torch
import transformers
from safetensors.torch import save_file

from pipeline.recipe import TransformersDetectorSettings

t: Any = transformers
"""Untyped as far as configurations and processors go."""

TEXT: Final = (
    "a photo of the red car, two big dogs left of a small wooden table, detect an umbrella"
)
WORDS: Final = tuple(dict.fromkeys(TEXT.replace(",", "").split()))
_HIDDEN: Final = 32
_SIDE: Final = 96
"""Pixels of the pictures that the vision towers are made for."""


def bert_tokenizer(longest: int) -> Any:
    """WordPiece with BERT's own ids for `[CLS]`, `[SEP]`, `.` and `?`: Grounding DINO's code has
    them written in."""
    pieces = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]"}
    pieces |= {1012: ".", 1029: "?"}
    pieces |= dict(enumerate(WORDS, 104))
    letters = "abcdefghijklmnopqrstuvwxyz0123456789,'-"
    pieces |= dict(enumerate([*letters, *(f"##{letter}" for letter in letters)], 200))
    vocabulary = {pieces.get(i, f"[unused{i}]"): i for i in range(1100)}
    return t.BertTokenizer(vocab=vocabulary, model_max_length=longest)


def clip_tokenizer(longest: int, pad: str) -> Any:
    """Byte pairs in CLIP's order: characters, characters that end a word, merges, specials."""
    characters = [chr(i) for i in range(33, 127)]
    pieces = characters + [f"{c}</w>" for c in characters]
    merges: list[tuple[str, str]] = []
    for word in WORDS:
        parts = [*word[:-1], f"{word[-1]}</w>"]
        while len(parts) > 1:
            merges.append((parts[0], parts[1]))
            parts = ["".join(parts[:2]), *parts[2:]]
    pieces += dict.fromkeys("".join(pair) for pair in merges)
    pieces += ["<|startoftext|>", "<|endoftext|>"]
    return t.CLIPTokenizer(
        vocab={piece: i for i, piece in enumerate(dict.fromkeys(pieces))},
        merges=list(dict.fromkeys(merges)),
        pad_token=pad,
        model_max_length=longest,
    )


def _swin(image_size: int = _SIDE) -> Any:
    return t.SwinConfig(
        image_size=image_size,
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 2, 2],
        window_size=3,
        out_indices=[2, 3, 4],
    )


def _dino(config: type[Any], model: type[Any], folder: Path) -> Path:
    tokenizer = bert_tokenizer(longest=40)
    text = t.BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=_HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    made = model(
        config(
            backbone_config=_swin(),
            text_config=text,
            d_model=_HIDDEN,
            num_queries=20,
            max_text_len=24,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=64,
            decoder_ffn_dim=64,
        )
    )
    images = t.GroundingDinoImageProcessor(size={"shortest_edge": 64, "longest_edge": 128})
    return _save(made, t.GroundingDinoProcessor(images, tokenizer), folder)


def grounding_dino(folder: Path) -> Path:
    return _dino(t.GroundingDinoConfig, t.GroundingDinoForObjectDetection, folder)


def mm_grounding_dino(folder: Path) -> Path:
    return _dino(t.MMGroundingDinoConfig, t.MMGroundingDinoForObjectDetection, folder)


def _towers(tokenizer: Any) -> dict[str, Any]:
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": _HIDDEN,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 16,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    vision = {
        "hidden_size": _HIDDEN,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": _SIDE,
        "patch_size": 16,
    }
    return {"text_config": text, "vision_config": vision, "projection_dim": _HIDDEN}


def owlv2(folder: Path) -> Path:
    tokenizer = clip_tokenizer(16, pad="!")
    model = t.Owlv2ForObjectDetection(t.Owlv2Config(**_towers(tokenizer)))
    images = t.Owlv2ImageProcessor(size={"height": _SIDE, "width": _SIDE})
    return _save(_tamed(model), t.Owlv2Processor(images, tokenizer), folder)


def owlvit(folder: Path) -> Path:
    tokenizer = clip_tokenizer(16, pad="!")
    model = t.OwlViTForObjectDetection(t.OwlViTConfig(**_towers(tokenizer)))
    images = t.OwlViTImageProcessor(size={"height": _SIDE, "width": _SIDE})
    return _save(_tamed(model), t.OwlViTProcessor(images, tokenizer), folder)


def _tamed(model: Any) -> Any:
    """The heads with small weights: the library's own would send every box beyond the picture."""
    for head in (model.class_head, model.box_head):
        for parameter in head.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
    return model


def omdet_turbo(folder: Path) -> Path:
    """With a backbone of timm, as its published weights have one."""
    tokenizer = clip_tokenizer(77, pad="<|endoftext|>")
    text = t.CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=2 * _HIDDEN,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=77,
        projection_dim=2 * _HIDDEN,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    vision = t.TimmBackboneConfig(backbone="test_convnext", out_indices=[1, 2, 3])
    config = t.OmDetTurboConfig(
        text_config=text,
        backbone_config=vision,
        image_size=_SIDE,
        num_queries=20,
        encoder_in_channels=[32, 48, 64],
        apply_layernorm_after_vision_backbone=False,
        vision_features_channels=[_HIDDEN] * 3,
        encoder_hidden_dim=_HIDDEN,
        decoder_hidden_dim=_HIDDEN,
        class_embed_dim=2 * _HIDDEN,
        text_projection_in_dim=2 * _HIDDEN,
        text_projection_out_dim=2 * _HIDDEN,
        task_encoder_hidden_dim=64,
        encoder_dim_feedforward=64,
        decoder_dim_feedforward=64,
        encoder_attention_heads=2,
        decoder_num_heads=2,
        decoder_num_layers=2,
    )
    images = t.DetrImageProcessor(size={"height": _SIDE, "width": _SIDE}, do_pad=False)
    model = t.OmDetTurboForObjectDetection(config)
    return _save(model, t.OmDetTurboProcessor(images, tokenizer), folder)


def _save(model: Any, processor: Any, folder: Path) -> Path:
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


FAMILIES: Final[dict[str, Callable[[Path], Path]]] = {
    "grounding-dino": grounding_dino,
    "mm-grounding-dino": mm_grounding_dino,
    "owlv2": owlv2,
    "owlvit": owlvit,
    "omdet-turbo": omdet_turbo,
}


def clip(folder: Path) -> Path:
    """A CLIP as open_clip keeps it; its tokenizer is the one that open_clip brings."""
    torch.manual_seed(0)
    model = {
        "embed_dim": 16,
        "vision_cfg": {
            "image_size": 32,
            "layers": 2,
            "width": 32,
            "head_width": 16,
            "patch_size": 8,
        },
        "text_cfg": {
            "context_length": 20,
            "vocab_size": 49408,
            "width": 16,
            "heads": 2,
            "layers": 2,
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: value.contiguous() for name, value in open_clip.CLIP(**model).state_dict().items()
    }
    save_file(weights, folder / "open_clip_model.safetensors")
    config = {"model_cfg": model, "preprocess_cfg": {"mean": MEAN, "std": [0.25, 0.25, 0.25]}}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    return folder


MEAN: Final = (0.4, 0.6, 0.2)
"""Of the pictures that the tiny CLIP says it was trained on."""


def make(family: str, folder: Path) -> Path:
    """A checkpoint of the family, the same at every call."""
    torch.manual_seed(0)
    return FAMILIES[family](folder)


def settings(model: Path | str, **changes: Any) -> TransformersDetectorSettings:
    """Settings with no threshold on scores, for random weights score anyhow."""
    values = {"kind": "transformers", "model": str(model), "min_score": 0.0, "max_candidates": 50}
    return TransformersDetectorSettings.model_validate(values | changes)


def noise(height: int, width: int) -> npt.NDArray[np.uint8]:
    """A picture of noise, blue-green-red."""
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
