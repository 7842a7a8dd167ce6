"""The captions stage against a bare loop of the same model over the same frames.

    python -m benchmarks.captioning [--size tiny|2b|7b] [--model FOLDER] [--frames N] ...

* bare loop: the model's own `generate` on full batches that lie prepared on its device, one after
  another: nothing is loaded, decoded, rendered, processed or copied.
* stage: the stage's worker over JPEGs in a blob store, three packs of windows at once as the engine
  runs it, loading and preprocessing included. Loading the model is not.

Both have one model in memory, frames of `bikes.mp4`, and answers of one length, and take turns in
one run. Printed are the medians of the rounds, as a table of Markdown:

* frames and generated tokens a second of both, and their ratio (goal: 0.95)
* the share of the stage's time in which `generate` runs
* with a GPU: its mean utilisation while the stage runs, as nvidia-smi tells it

On the CPU the model computes on `--threads 1`, as if its core were the device, and the other cores
are left to loading and preprocessing. With more threads these would share its cores, which no GPU
has to. The model is a random one of real architecture: see `benchmarks/captioning_checkpoint.py`.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median

import torch

from benchmarks.captioning_case import Case, Measured
from benchmarks.captioning_checkpoint import SIZES, save
from pipeline.recipe import CaptionerRuntime, TransformersCaptionerSettings

GOAL = 0.95


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    gpu = torch.cuda.is_available()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", choices=list(SIZES), default="2b" if gpu else "tiny")
    parser.add_argument("--model", type=Path, help="a checkpoint's folder, in place of --size")
    parser.add_argument("--dtype", default="bfloat16" if gpu else "float32")
    parser.add_argument("--frames", type=int, default=1920 if gpu else 96)
    parser.add_argument("--window", type=int, default=30 if gpu else 8, help="frames of a window")
    parser.add_argument("--max-tokens", type=int, default=128 if gpu else 24)
    parser.add_argument("--image-pixels", type=int, default=448 * 448 if gpu else 224 * 224)
    parser.add_argument("--batch-tokens", type=int, default=32768 if gpu else 1600)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1, help="of the model, on the CPU")
    options = parser.parse_args(arguments)
    if not gpu:
        torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        model = options.model or save(options.size, root / "model", options.dtype)
        case = Case(
            TransformersCaptionerSettings(
                kind="transformers",
                model=str(model),
                dtype=options.dtype,
                max_tokens=options.max_tokens,
                image_pixels=options.image_pixels,
            ),
            CaptionerRuntime(batch_tokens=options.batch_tokens, compile=options.compile),
            root,
            options.frames,
            options.window,
        )
        case.bare()  # the first time, memory is taken and kernels are chosen
        case.staged()
        bare, staged = [], []
        for _ in range(options.rounds):
            bare.append(case.bare())
            staged.append(case.staged())
    print(
        f"{model.name if options.model else options.size}, {options.dtype}, {options.frames} "
        f"frames of {case.tokens_in} tokens in, {options.max_tokens} out, batches of "
        f"{case.capacity}, {torch.cuda.get_device_name() if gpu else 'CPU'}\n"
    )
    report(options.frames, options.max_tokens, bare, staged)


def report(frames: int, tokens: int, bare: Sequence[Measured], staged: Sequence[Measured]) -> None:
    """The table."""

    def of(rounds: Sequence[Measured], figure: Callable[[Measured], float]) -> float:
        return median(figure(measured) for measured in rounds)

    def rate(measured: Measured) -> float:
        return frames / measured.seconds

    ratios = [rate(s) / rate(b) for s, b in zip(staged, bare, strict=True)]
    print("| figure | bare loop | stage | stage / bare loop |\n|---|---:|---:|---:|")
    ratio = f"{median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
    print(f"| frames a second | {of(bare, rate):.2f} | {of(staged, rate):.2f} | {ratio} |")
    written = [tokens * of(rounds, rate) for rounds in (bare, staged)]
    print(f"| generated tokens a second | {written[0]:.0f} | {written[1]:.0f} | |")
    shares = [of(rounds, lambda m: m.generating / m.seconds) for rounds in (bare, staged)]
    print(f"| share of the time in `generate` | {shares[0]:.3f} | {shares[1]:.3f} | |")
    sizes = [of(rounds, lambda m: len(m.batches)) for rounds in (bare, staged)]
    print(f"| batches | {sizes[0]:.0f} | {sizes[1]:.0f} | |")
    each = [of(rounds, lambda m: 1000 * m.generating / frames) for rounds in (bare, staged)]
    print(f"| ms in `generate` a frame | {each[0]:.1f} | {each[1]:.1f} | |")
    if seen := [value for measured in staged for value in measured.utilisation]:
        print(f"| GPU utilisation | | {mean(seen):.0f} % | |")
    print(f"\ngoal {GOAL}: {'met' if median(ratios) >= GOAL else 'not met'}")


if __name__ == "__main__":
    main()
