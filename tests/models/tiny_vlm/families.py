"""One checkpoint of each family, in the sizes of a toy."""

from pathlib import Path
from typing import Any, Final

import torch
import transformers

from tests.models.tiny_vlm.lessons import QWEN_TOKENS, TEMPLATE, taught, token_id, tokenizer

hf: Any = transformers
"""Partly untyped upstream."""

_TEXT: Final = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
    "bos_token_id": None,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
"""Of every model's language half; the ids are those of `tokenizer`."""
_EYES: Final = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": 32,
    "patch_size": 8,
}


def qwen(folder: Path, frames: int = 1) -> Path:
    """Qwen2.5-VL, taught about so many frames at once."""
    config, processor = _qwen(tokenizer(), TEMPLATE, (56 * 56, 112 * 112))
    return taught(folder, hf.Qwen2_5_VLForConditionalGeneration, config, processor, frames)


def new_qwen(folder: Path) -> Path:
    """Qwen2.5-VL before any lesson, its tokens and sizes of pictures those of the real one.

    For what knows the family by the names of its tokens, and asks for no sensible answer.
    """
    words = tokenizer(QWEN_TOKENS)
    template = TEMPLATE.replace("<image>", QWEN_TOKENS["image_token"])
    config, processor = _qwen(words, template, (56 * 56, 28 * 28 * 16384))
    torch.manual_seed(0)
    hf.Qwen2_5_VLForConditionalGeneration(config).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _qwen(words: Any, template: str, pixels: tuple[int, int]) -> tuple[Any, Any]:
    """The configuration and the processor.

    Args:
        pixels: of the smallest and the largest picture.
    """
    size = {"shortest_edge": pixels[0], "longest_edge": pixels[1]}
    processor = hf.Qwen2_5_VLProcessor(
        hf.Qwen2VLImageProcessor(size=size),
        words,
        hf.Qwen2VLVideoProcessor(size=size),
        chat_template=template,
    )
    config = hf.Qwen2_5_VLConfig(
        vision_config={
            "depth": 2,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_heads": 2,
            "out_hidden_size": 64,
            "fullatt_block_indexes": [1],
        },
        text_config={
            **_TEXT,
            "vocab_size": len(words),
            "rope_parameters": {"rope_type": "default", "mrope_section": [2, 3, 3]},
        },
        image_token_id=token_id(words, words.image_token),
        video_token_id=token_id(words, words.video_token),
    )
    return config, processor


def smolvlm(folder: Path) -> Path:
    """SmolVLM2, whose processor makes a second axis of a prompt's pictures."""
    words = tokenizer()
    edge = {"longest_edge": 32}
    processor = hf.SmolVLMProcessor(
        hf.SmolVLMImageProcessor(size=edge, max_image_size=edge, do_image_splitting=False),
        words,
        hf.SmolVLMVideoProcessor(size=edge, max_image_size=edge, num_frames=1, fps=1),
        image_seq_len=4,
        chat_template=TEMPLATE,
    )
    config = hf.SmolVLMConfig(
        vision_config=_EYES,
        text_config={**_TEXT, "vocab_size": len(words), "model_type": "llama"},
        image_token_id=token_id(words, "<image>"),
        scale_factor=2,
    )
    return taught(folder, hf.SmolVLMForConditionalGeneration, config, processor)


def llava(folder: Path) -> Path:
    """LLaVA, with CLIP's eyes."""
    words = tokenizer()
    edge = {"height": 32, "width": 32}
    processor = hf.LlavaProcessor(
        hf.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=edge),
        words,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    config = hf.LlavaConfig(
        vision_config={**_EYES, "model_type": "clip_vision_model", "projection_dim": 32},
        text_config={**_TEXT, "vocab_size": len(words), "model_type": "llama"},
        image_token_index=token_id(words, "<image>"),
        vision_feature_layer=-1,
    )
    return taught(folder, hf.LlavaForConditionalGeneration, config, processor)


def internvl(folder: Path) -> Path:
    """InternVL3, whose processor may cut a picture into several."""
    words = tokenizer()
    edge = {"height": 32, "width": 32}
    processor = hf.InternVLProcessor(
        hf.GotOcr2ImageProcessor(size=edge, min_patches=1, max_patches=3),
        words,
        hf.InternVLVideoProcessor(size=edge),
        image_seq_length=4,
        chat_template=TEMPLATE,
    )
    config = hf.InternVLConfig(
        vision_config={**_EYES, "image_size": [32, 32], "patch_size": [8, 8]},
        text_config={**_TEXT, "vocab_size": len(words), "model_type": "qwen2"},
        image_token_id=token_id(words, "<image>"),
        image_seq_length=4,
    )
    return taught(folder, hf.InternVLForConditionalGeneration, config, processor)


def idefics(folder: Path) -> Path:
    """Idefics3, which cuts a picture into tiles and adds the whole."""
    words = tokenizer()
    edge = {"longest_edge": 32}
    processor = hf.Idefics3Processor(
        hf.Idefics3ImageProcessor(size={"longest_edge": 64}, max_image_size=edge),
        words,
        image_seq_len=4,
        chat_template=TEMPLATE,
    )
    config = hf.Idefics3Config(
        vision_config=_EYES,
        text_config={**_TEXT, "vocab_size": len(words), "model_type": "llama"},
        image_token_id=token_id(words, "<image>"),
        scale_factor=2,
    )
    return taught(folder, hf.Idefics3ForConditionalGeneration, config, processor)
