"""Vision-language models of real classes and tiny size, taught to name the colour of a frame.

Each is saved as a checkpoint with a tokenizer trained here, a processor and a chat template, so
that it loads by path as a real one does. Some seconds of training make it end its captions, and
tell its frames apart: a batch that mixes them up is noticed.
"""

from tests.models.tiny_vlm.families import idefics, internvl, llava, new_qwen, qwen, smolvlm
from tests.models.tiny_vlm.lessons import COLOURS, caption_of, jpeg

__all__ = [
    "COLOURS",
    "caption_of",
    "idefics",
    "internvl",
    "jpeg",
    "llava",
    "new_qwen",
    "qwen",
    "smolvlm",
]
