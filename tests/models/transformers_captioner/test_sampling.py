from pathlib import Path

import torch

from pipeline.models.transformers_captioner.sampling import AGAIN, OwnNoise, sampling
from tests.models.transformers_captioner.asking import settings
from tests.models.transformers_captioner.prompts import prompt

CPU = torch.device("cpu")
SCORES = torch.tensor([2.0, 1.0, 0.0, -torch.inf])


def drawn(temperature: float, seed: int, times: int) -> torch.Tensor:
    noise = OwnNoise([temperature], [seed], CPU)
    ids = torch.zeros((1, 1), dtype=torch.long)
    return torch.cat([noise(ids, SCORES[None]).argmax(-1) for _ in range(times)])


def test_draws_follow_the_softmax_at_the_temperature() -> None:
    for temperature in (0.5, 1.0, 2.0):
        counted = torch.bincount(drawn(temperature, 1, 4000), minlength=4) / 4000
        assert torch.allclose(counted, (SCORES / temperature).softmax(-1), atol=0.03)


def test_a_row_draws_the_same_whatever_its_neighbours_and_place() -> None:
    ids = torch.zeros((3, 1), dtype=torch.long)
    among = OwnNoise([0.0, 1.0, 2.0], [5, 7, 5], CPU)
    alone = OwnNoise([1.0], [7], CPU)
    for _ in range(20):
        scores = torch.rand(3, 50)
        both = among(ids, scores)
        assert torch.equal(both[1], alone(ids[:1], scores[1:2])[0])
        assert torch.equal(both[0], scores[0])  # greedy rows are left alone
    assert not torch.equal(drawn(1.0, 7, 30), drawn(1.0, 8, 30))


def test_greedy_prompts_are_sampled_only_when_asked_again() -> None:
    greedy, hot = settings(Path("m")), settings(Path("m"), temperature=1.3)
    first, again = prompt(seed=3), prompt(seed=3)
    again.attempt = 1
    assert not sampling([first], greedy, CPU)
    (noise,) = sampling([first, again], greedy, CPU)
    assert isinstance(noise, OwnNoise)
    assert [(row, temperature) for row, temperature, _ in noise._rows] == [(1, AGAIN)]
    (noise,) = sampling([first, again], hot, CPU)
    assert isinstance(noise, OwnNoise)
    assert [temperature for _, temperature, _ in noise._rows] == [1.3, 1.3]
    seeds = [generator.initial_seed() for _, _, generator in noise._rows]
    assert len(set(seeds)) == 2
