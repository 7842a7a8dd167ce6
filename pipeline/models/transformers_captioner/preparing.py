"""From frames to the tensors of one prompt: decoded, scaled, rendered and processed."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
import torch
from blake3 import blake3

from pipeline.models.caption_prompt import caption_prompt, frames_json
from pipeline.models.captioner import CaptionFrame
from pipeline.models.failure import ModelFailure
from pipeline.models.picture import Pixels
from pipeline.models.transformers_captioner.loading import LoadedModel
from pipeline.models.transformers_captioner.pictures import picture
from pipeline.models.transformers_captioner.prompt import LOWER, Answer, Prompt
from pipeline.recipe import TransformersCaptionerSettings

_RENDERED: Final = 256
"""Renderings kept. With one frame a prompt there is one; with several, sampling times repeat."""


class Preparing:
    """Several threads prepare at the same time."""

    def __init__(self, loaded: LoadedModel, settings: TransformersCaptionerSettings) -> None:
        self._processor = loaded.processor
        self._dtype = loaded.model.dtype
        self._context = getattr(
            loaded.model.config.get_text_config(), "max_position_embeddings", None
        )
        self._settings = settings
        self._prompt = caption_prompt(settings)
        self._rendered = lru_cache(_RENDERED)(self._render)

    def prepare(
        self, frames: Sequence[CaptionFrame], tried: int, answer: Answer
    ) -> Prompt | ModelFailure:
        """The prompt about some frames, or why there is none."""
        pictures: list[Pixels] = []
        for frame in frames:
            found = picture(frame, self._settings.image_pixels)
            if isinstance(found, ModelFailure):
                return found
            pictures.append(found)
        tensors = self._processed([self._rendered(_seconds(frames))], [pictures])
        prompt = Prompt(
            tensors, len(frames), self._seed(frames, tried), self._settings.max_tokens, answer
        )
        if self._context is not None and prompt.tokens > self._context:
            return ModelFailure(
                "PromptTooLong",
                f"a prompt of {prompt.tokens_in} tokens with an answer of up to "
                f"{prompt.max_tokens} exceeds the {self._context} tokens of the model's context: "
                f"lower {LOWER} in the recipe",
            )
        return prompt

    def stacks(self) -> bool:
        """Whether prompts that are processed one by one make the batch that the processor makes.

        True of all common models. Of one that counts pictures over its batch it is not, and its
        prompts go into the model one by one.
        """
        noise = np.random.default_rng(0)
        text = self._rendered((0.0,))
        pictures = [noise.integers(0, 256, (96, 128, 3), np.uint8) for _ in range(2)]
        together = self._processed([text, text], [[p] for p in pictures])
        single = [self._processed([text], [[p]]) for p in pictures]
        return all(
            torch.equal(tensor, torch.cat([one[name] for one in single]))
            for name, tensor in together.items()
        )

    def _render(self, seconds: tuple[float, ...]) -> str:
        text = self._prompt.render(frames=frames_json(seconds)).strip()
        pictures = [{"type": "image"} for _ in seconds]
        content = [*pictures, {"type": "text", "text": text}]
        template = str(self._processor.chat_template)
        # Of models that may think first, the caption alone is wanted.
        more = {"enable_thinking": False} if "enable_thinking" in template else {}
        return str(
            self._processor.apply_chat_template(
                [{"role": "user", "content": content}], add_generation_prompt=True, **more
            )
        )

    def _processed(
        self, texts: list[str], pictures: list[list[Pixels]]
    ) -> Mapping[str, torch.Tensor]:
        options: dict[str, Any] = {"return_tensors": "pt"}
        bos = self._processor.tokenizer.bos_token
        if bos and texts[0].startswith(bos):
            options["add_special_tokens"] = False  # the chat template has written it already
        found = self._processor(text=texts, images=pictures, **options)
        return {
            name: tensor.to(self._dtype) if tensor.is_floating_point() else tensor
            for name, tensor in found.items()
        }

    def _seed(self, frames: Sequence[CaptionFrame], tried: int) -> int:
        content = blake3(f"{self._settings.seed} {tried}".encode())
        for frame in frames:
            content.update(frame.jpeg)
        return int.from_bytes(content.digest(7))


def _seconds(frames: Sequence[CaptionFrame]) -> tuple[float, ...]:
    """Since the first of them, so that windows that are alike are rendered once."""
    return tuple(round(frame.pts_seconds - frames[0].pts_seconds, 2) for frame in frames)
