"""Prompts without a model behind them."""

from concurrent.futures import Future

import torch

from pipeline.models.transformers_captioner.prompt import Prompt


def prompt(tokens: int = 6, answer: int = 4, pixels: int = 2, seed: int = 0) -> Prompt:
    """A prompt of so many tokens with an answer of so many more."""
    tensors = {
        "input_ids": torch.zeros((1, tokens), dtype=torch.long),
        "pixel_values": torch.full((pixels, 3), float(seed)),
    }
    return Prompt(tensors, 1, seed, answer, Future())
