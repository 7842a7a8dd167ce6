"""What the tiny models are taught: to name the colour of each frame they are asked about."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from pipeline import prompts
from pipeline.models.caption_prompt import frames_json

COLOURS: Final = {"red": (200, 30, 30), "green": (30, 180, 40), "blue": (30, 50, 210)}
"""Red, green, blue, 0 to 255."""

_END: Final = "<|im_end|>"
_SPECIAL: Final = {
    "image_token": "<image>",
    "video_token": "<video>",
    "fake_image_token": "<fake_token_around_image>",
    "global_image_token": "<global-img>",
    "end_of_utterance_token": "<end_of_utterance>",
    "start_image_token": "<|vision_start|>",
    "end_image_token": "<|vision_end|>",
    "context_image_token": "<image>",
}
"""By the names that processors look for them with."""
QWEN_TOKENS: Final = {
    "image_token": "<|image_pad|>",
    "video_token": "<|video_pad|>",
    "vision_bos_token": "<|vision_start|>",
    "vision_eos_token": "<|vision_end|>",
}
"""The same, as Qwen2-VL and those after it have them."""
TEMPLATE: Final = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<|vision_start|><image><|vision_end|>{% else %}{{ c['text'] }}"
    "{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def caption_of(colour: str) -> str:
    """What the models are taught to say of a frame."""
    return f"A {colour} frame."


def jpeg(colour: str, height: int = 56, width: int = 84) -> bytes:
    """A frame of one colour."""
    pixels = np.full((height, width, 3), COLOURS[colour][::-1], np.uint8)
    return cv2.imencode(".jpg", pixels)[1].tobytes()


def tokenizer(special: Mapping[str, str] = _SPECIAL) -> PreTrainedTokenizerFast:
    """Byte-level BPE of the captioner's own prompts and captions."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    texts = [_asked(1), _asked(3), "user\n assistant\n", *map(caption_of, COLOURS)] * 3
    raw.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=500,
            special_tokens=[
                "<|endoftext|>",
                "<|im_start|>",
                _END,
                *dict.fromkeys(special.values()),
            ],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=raw,
        eos_token=_END,
        pad_token="<|endoftext|>",
        extra_special_tokens=dict(special),
    )


def _asked(frames: int) -> str:
    seconds = [float(n) for n in range(frames)]
    return prompts.load("captions/transformers").render(frames=frames_json(seconds)).strip()


def token_id(words: PreTrainedTokenizerFast, token: str) -> int:
    """The number of a special token."""
    return int(words.get_vocab()[token])


def _answer(colours: Sequence[str]) -> str:
    if len(colours) == 1:
        return caption_of(colours[0])
    return "\n".join(f"{n}: {caption_of(colour)}" for n, colour in enumerate(colours, 1))


def taught(folder: Path, implementation: Any, config: Any, processor: Any, frames: int = 1) -> Path:
    """Train a new model until it says what it should of the lessons, and save it."""
    torch.manual_seed(0)
    model = implementation(config)
    batch, labels = _lessons(processor, frames)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more would only wait for each other
    loss = torch.tensor(torch.inf)
    for _ in range(400):
        loss = model(**batch, labels=labels).loss
        if loss.item() < 0.02:
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.set_num_threads(threads)
    assert loss.item() < 0.02, f"the tiny model learned too little: {loss.item()}"
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _lessons(processor: Any, frames: int) -> tuple[Any, torch.Tensor]:
    """The colours in order, once from each of them on."""
    names = list(COLOURS)
    lessons = [[names[(first + n) % 3] for n in range(frames)] for first in range(3)]
    content = [*[{"type": "image"}] * frames, {"type": "text", "text": _asked(frames)}]
    asked = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )
    batch = processor(
        text=[f"{asked}{_answer(colours)}{_END}" for colours in lessons],
        images=[[_pixels(colour) for colour in colours] for colours in lessons],
        return_tensors="pt",
    )
    answer = len(processor.tokenizer.encode(_answer(lessons[0]) + _END))
    labels = batch["input_ids"].clone()
    labels[:, :-answer] = -100  # the prompt is not to be learned
    return batch, labels


def _pixels(colour: str) -> npt.NDArray[np.uint8]:
    bgr = cv2.imdecode(np.frombuffer(jpeg(colour), np.uint8), cv2.IMREAD_COLOR)
    assert bgr is not None
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
