"""Sampling in which a row's draw depends on nothing but the row: its scores and its own seed.

`generate` draws all rows of a batch from one stream of random numbers, so that a caption would
depend on its neighbours. Here each row adds Gumbel noise of its own to its log-probabilities and
the largest wins, which draws from exactly the same distribution (Gumbel, 1954; Maddison, Tarlow
and Minka, 2014), and rows with and without sampling fit one batch.
"""

from collections.abc import Sequence
from typing import Final

import torch
from transformers import LogitsProcessor, LogitsProcessorList

from pipeline.models.transformers_captioner.prompt import Prompt
from pipeline.recipe import TransformersCaptionerSettings

AGAIN: Final = 0.7
"""Least temperature of a prompt that is asked again: a greedy model would repeat itself (ours)."""


class OwnNoise(LogitsProcessor):
    """Makes a greedy choice a sampled one in rows that have a temperature."""

    def __init__(self, temperatures: Sequence[float], seeds: Sequence[int], device: torch.device):
        self._rows = [
            (row, temperature, torch.Generator(device).manual_seed(seed))
            for row, (temperature, seed) in enumerate(zip(temperatures, seeds, strict=True))
            if temperature > 0
        ]

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        noisy = scores.clone()
        for row, temperature, generator in self._rows:
            noise = torch.empty_like(noisy[row]).exponential_(generator=generator).log_()
            noisy[row] = noisy[row] / temperature - noise
        return noisy


def sampling(
    prompts: Sequence[Prompt], settings: TransformersCaptionerSettings, device: torch.device
) -> LogitsProcessorList:
    """What `generate` needs to sample each prompt as the recipe and its attempts want it."""
    temperatures = [
        max(settings.temperature, AGAIN) if p.attempt else settings.temperature for p in prompts
    ]
    if not any(temperatures):
        return LogitsProcessorList()
    seeds = [(p.seed + p.attempt) % 2**63 for p in prompts]
    return LogitsProcessorList([OwnNoise(temperatures, seeds, device)])
