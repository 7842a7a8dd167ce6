"""What an hour of video costs to decode and to caption, from measured rates and your prices.

    python -m benchmarks.cost --rate R --core-hour DOLLARS --gpu-hour DOLLARS [--cores C] [--gpus G]
                              [--decode SECONDS] [--frames N]

`--rate` is what one GPU captions, frames a second: `python -m benchmarks.captioning --size 7b`
prints it. `--decode` (processor seconds an hour of video) and `--frames` (that it gives) are those
of 720p film with much motion, as docs/performance.md has them: `python -m benchmarks.frontend` for
your videos. Questions, evidence, embeddings and detections are not in it.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

HOUR = 3600.0


@dataclass(frozen=True)
class Hour:
    """An hour of video on so many cores and GPUs."""

    decode: float
    """Processor seconds."""
    frames: float
    rate: float
    """Frames a second of one GPU."""
    cores: int
    gpus: int
    core_hour: float
    gpu_hour: float
    """Dollars, as the line above."""

    @property
    def decode_seconds(self) -> float:
        """From the first frame to the last, while no GPU has work."""
        return self.decode / self.cores

    @property
    def caption_seconds(self) -> float:
        return self.frames / (self.rate * self.gpus)

    @property
    def waiting_share(self) -> float:
        """Of the GPUs' time, if they are held from the beginning."""
        return self.decode_seconds / (self.decode_seconds + self.caption_seconds)

    @property
    def decoding(self) -> float:
        return self.decode / HOUR * self.core_hour

    @property
    def captioning(self) -> float:
        return self.frames / self.rate / HOUR * self.gpu_hour

    @property
    def waiting(self) -> float:
        return self.decode_seconds / HOUR * self.gpus * self.gpu_hour


def main(arguments: Sequence[str] | None = None) -> None:
    """Reckon and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rate", type=float, required=True, help="frames a second of one GPU")
    parser.add_argument("--core-hour", type=float, required=True, help="dollars")
    parser.add_argument("--gpu-hour", type=float, required=True, help="dollars")
    parser.add_argument("--cores", type=int, default=16, help="that decode")
    parser.add_argument("--gpus", type=int, default=1, help="that caption")
    parser.add_argument("--decode", type=float, default=190.0, help="processor seconds")
    parser.add_argument("--frames", type=float, default=7300.0)
    hour = Hour(**vars(parser.parse_args(arguments)))
    print(f"decode    {hour.decode_seconds:8.1f} s   ${hour.decoding:.4f}")
    print(f"caption   {hour.caption_seconds:8.1f} s   ${hour.captioning:.4f}")
    print(f"GPUs wait {hour.waiting_share:8.0%}     ${hour.waiting:.4f}")
    print(f"an hour of video      ${hour.decoding + hour.captioning + hour.waiting:.4f}")


if __name__ == "__main__":
    main()
