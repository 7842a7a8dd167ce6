"""Random Qwen2-VL checkpoints of a toy's and of real sizes: speed depends on no weight's value.

    tiny   Qwen2.5-VL's classes with few layers: some 100 ms a frame on one core
    thin   as many layers as 2b and next to no width: what Python has to do for each step of a GPU
    2b     Qwen2-VL-2B-Instruct
    7b     Qwen2.5-VL-7B-Instruct

The sizes of the last two are those of their published config.json.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from pipeline import prompts
from pipeline.models.caption_prompt import frames_json

hf: Any = transformers
"""Partly untyped upstream."""

END: Final = "<|im_end|>"
_TEMPLATE: Final = (
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{ c['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_SPECIAL: Final = (
    "<|endoftext|>",
    "<|im_start|>",
    END,
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)


@dataclass(frozen=True)
class Size:
    """What tells one size of the family from another."""

    family: str
    """`Qwen2VL` or `Qwen2_5_VL`."""
    vision: dict[str, Any]
    text: dict[str, Any]
    tied: bool


_ROPE: Final = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]}
SIZES: Final = {
    "tiny": Size(
        "Qwen2_5_VL",
        {
            "depth": 4,
            "hidden_size": 256,
            "intermediate_size": 512,
            "num_heads": 4,
            "out_hidden_size": 512,
            "fullatt_block_indexes": [3],
        },
        {
            "hidden_size": 512,
            "intermediate_size": 1024,
            "num_hidden_layers": 6,
            "num_attention_heads": 8,
            "num_key_value_heads": 2,
            "vocab_size": 8192,
            "rope_parameters": _ROPE | {"mrope_section": [8, 12, 12]},
        },
        tied=True,
    ),
    "thin": Size(
        "Qwen2VL",
        {"depth": 32, "embed_dim": 32, "hidden_size": 32, "num_heads": 2, "mlp_ratio": 1},
        {
            "hidden_size": 32,
            "intermediate_size": 32,
            "num_hidden_layers": 28,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "vocab_size": 1024,
            "rope_parameters": _ROPE | {"mrope_section": [2, 3, 3]},
        },
        tied=True,
    ),
    "2b": Size(
        "Qwen2VL",
        {"depth": 32, "embed_dim": 1280, "hidden_size": 1536, "num_heads": 16, "mlp_ratio": 4},
        {
            "hidden_size": 1536,
            "intermediate_size": 8960,
            "num_hidden_layers": 28,
            "num_attention_heads": 12,
            "num_key_value_heads": 2,
            "vocab_size": 151936,
            "rope_parameters": _ROPE,
        },
        tied=True,
    ),
    "7b": Size(
        "Qwen2_5_VL",
        {
            "depth": 32,
            "hidden_size": 1280,
            "intermediate_size": 3420,
            "num_heads": 16,
            "out_hidden_size": 3584,
            "fullatt_block_indexes": [7, 15, 23, 31],
        },
        {
            "hidden_size": 3584,
            "intermediate_size": 18944,
            "num_hidden_layers": 28,
            "num_attention_heads": 28,
            "num_key_value_heads": 4,
            "vocab_size": 152064,
            "rope_parameters": _ROPE,
        },
        tied=False,
    ),
}


def save(name: str, folder: Path, dtype: str) -> Path:
    """A checkpoint of one of `SIZES`, with processor and chat template."""
    size = SIZES[name]
    words = _tokenizer(size.text["vocab_size"])
    numbers = words.get_vocab()
    processor = getattr(hf, f"{size.family}Processor")(
        hf.Qwen2VLImageProcessor(),
        words,
        hf.Qwen2VLVideoProcessor(),
        chat_template=_TEMPLATE,
    )
    config = getattr(hf, f"{size.family}Config")(
        vision_config=size.vision,
        text_config=size.text
        | {
            "bos_token_id": numbers["<|endoftext|>"],
            "eos_token_id": numbers[END],
            "pad_token_id": numbers["<|endoftext|>"],
        },
        image_token_id=numbers["<|image_pad|>"],
        video_token_id=numbers["<|video_pad|>"],
        vision_start_token_id=numbers["<|vision_start|>"],
        vision_end_token_id=numbers["<|vision_end|>"],
        tie_word_embeddings=size.tied,
    )
    torch.manual_seed(0)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        made = getattr(hf, f"{size.family}ForConditionalGeneration")._from_config(
            config, dtype=getattr(torch, dtype)
        )
    hf.utils.logging.disable_progress_bar()
    made.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _tokenizer(vocabulary: int) -> Any:
    """Byte-level BPE of the captioner's own prompt, filled up to as many words as the model has.

    A real tokenizer makes about as many tokens of the prompt.
    """
    small = Tokenizer(models.BPE())
    small.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    small.decoder = decoders.ByteLevel()
    text = prompts.load("captions/transformers").render(frames=frames_json([0.0]))
    small.train_from_iterator(
        [text],
        trainers.BpeTrainer(
            vocab_size=500,
            special_tokens=list(_SPECIAL),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    told = json.loads(small.to_str())
    known = told["model"]["vocab"]
    known |= {f"\u0120word{n}": n for n in range(len(known), vocabulary)}
    return hf.PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(told)),
        eos_token=END,
        pad_token=_SPECIAL[0],
        extra_special_tokens={"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"},
    )
