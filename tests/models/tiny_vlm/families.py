"""One checkpoint of each family, in the sizes of a toy."""

from pathlib import Path
from typing import Final

from transformers import (
    CLIPImageProcessor,
    GotOcr2ImageProcessor,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessor,
    Idefics3Processor,
    InternVLConfig,
    InternVLForConditionalGeneration,
    InternVLProcessor,
    InternVLVideoProcessor,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
)

from tests.models.tiny_vlm.lessons import TEMPLATE, taught, token_id, tokenizer

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
    words = tokenizer()
    size = {"shortest_edge": 56 * 56, "longest_edge": 112 * 112}
    processor = Qwen2_5_VLProcessor(
        Qwen2VLImageProcessor(size=size),
        words,
        Qwen2VLVideoProcessor(size=size),
        chat_template=TEMPLATE,
    )
    config = Qwen2_5_VLConfig(
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
        image_token_id=token_id(words, "<image>"),
        video_token_id=token_id(words, "<video>"),
    )
    return taught(folder, Qwen2_5_VLForConditionalGeneration, config, processor, frames)


def smolvlm(folder: Path) -> Path:
    """SmolVLM2, whose processor makes a second axis of a prompt's pictures."""
    words = tokenizer()
    edge = {"longest_edge": 32}
    processor = SmolVLMProcessor(
        SmolVLMImageProcessor(size=edge, max_image_size=edge, do_image_splitting=False),
        words,
        SmolVLMVideoProcessor(
            size=edge,
            max_image_size=edge,
            do_image_splitting=False,
            num_frames=1,
            fps=1,
            video_sampling={"fps": 1, "max_frames": 1, "video_size": edge},
        ),
        image_seq_len=4,
        chat_template=TEMPLATE,
    )
    config = SmolVLMConfig(
        vision_config=_EYES,
        text_config={**_TEXT, "vocab_size": len(words), "model_type": "llama"},
        image_token_id=token_id(words, "<image>"),
        scale_factor=2,
    )
    return taught(folder, SmolVLMForConditionalGeneration, config, processor)


def llava(folder: Path) -> Path:
    """LLaVA, with CLIP's eyes."""
    words = tokenizer()
    edge = {"height": 32, "width": 32}
    processor = LlavaProcessor(
        CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=edge),
        words,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    config = LlavaConfig(
        vision_config={**_EYES, "model_type": "clip_vision_model", "projection_dim": 32},
        text_config={**_TEXT, "vocab_size": len(words), "model_type": "llama"},
        image_token_index=token_id(words, "<image>"),
        vision_feature_layer=-1,
    )
    return taught(folder, LlavaForConditionalGeneration, config, processor)


def internvl(folder: Path) -> Path:
    """InternVL3, whose processor may cut a picture into several."""
    words = tokenizer()
    edge = {"height": 32, "width": 32}
    processor = InternVLProcessor(
        GotOcr2ImageProcessor(size=edge, min_patches=1, max_patches=3),
        words,
        InternVLVideoProcessor(size=edge),
        image_seq_length=4,
        chat_template=TEMPLATE,
    )
    config = InternVLConfig(
        vision_config={**_EYES, "image_size": [32, 32], "patch_size": [8, 8]},
        text_config={**_TEXT, "vocab_size": len(words), "model_type": "qwen2"},
        image_token_id=token_id(words, "<image>"),
        image_seq_length=4,
    )
    return taught(folder, InternVLForConditionalGeneration, config, processor)


def idefics(folder: Path) -> Path:
    """Idefics3, which cuts a picture into tiles and adds the whole."""
    words = tokenizer()
    edge = {"longest_edge": 32}
    processor = Idefics3Processor(
        Idefics3ImageProcessor(size={"longest_edge": 64}, max_image_size=edge),
        words,
        image_seq_len=4,
        chat_template=TEMPLATE,
    )
    config = Idefics3Config(
        vision_config=_EYES,
        text_config={**_TEXT, "vocab_size": len(words), "model_type": "llama"},
        image_token_id=token_id(words, "<image>"),
        scale_factor=2,
    )
    return taught(folder, Idefics3ForConditionalGeneration, config, processor)
