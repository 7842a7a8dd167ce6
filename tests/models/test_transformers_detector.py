import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from pipeline.errors import DeviceLostError, MissingDependencyError, RecipeError
from pipeline.models.checkpoint import find_checkpoint
from pipeline.models.detector import Detected, DetectionRequest, Detector, ScoredBox
from pipeline.models.failure import ModelFailure
from pipeline.models.loading import load_detector
from pipeline.recipe import DetectorRuntime
from tests.models.detected import boxes_of
from tests.models.tiny_detectors import FAMILIES, noise, settings
from tests.shots import shots

ALL = pytest.mark.parametrize("family", FAMILIES)
LONG = "very " * 400 + "long"


def load(model: Path | str, batch_size: int = 8, **changes: Any) -> Detector:
    return load_detector(settings(model, **changes), DetectorRuntime(batch_size=batch_size))


def ask(shot: int, *phrases: str) -> DetectionRequest:
    return DetectionRequest(f"f{shot}", shots()[shot].jpeg, phrases)


def found(
    detector: Detector, *requests: DetectionRequest
) -> list[tuple[tuple[ScoredBox, ...], ...]]:
    """The boxes of each phrase of each request, none of which may fail."""
    return [boxes_of(answer) for answer in detector.detect(requests)]


def alike(boxes: Sequence[ScoredBox], others: Sequence[ScoredBox]) -> bool:
    """Whether they are the same but for the last digit kept, which may fall either way."""
    left = np.array([(*box.bbox, box.score) for box in boxes]).reshape(-1, 1, 5)
    right = np.array([(*box.bbox, box.score) for box in others]).reshape(1, -1, 5)
    same = np.abs(left - right).max(2, initial=0) < 1.5e-4
    return len(boxes) == len(others) and bool(same.any(0).all() and same.any(1).all())


@ALL
def test_a_checkpoint_finds_boxes_inside_the_frame_best_first(
    checkpoints: dict[str, Path], family: str
) -> None:
    detector = load(checkpoints[family])
    ((car, dog),) = found(detector, ask(5, "a red car", "dog"))
    assert car and dog
    for boxes in (car, dog):
        assert list(boxes) == sorted(boxes, key=lambda b: (-b.score, b.bbox))
        for box in boxes:
            x1, y1, x2, y2 = box.bbox
            assert 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1
            assert 0 <= box.score <= 1
            assert all(round(v, 4) == v for v in (*box.bbox, box.score))


@ALL
def test_the_label_names_kind_model_revision_and_number_format(
    checkpoints: dict[str, Path], family: str
) -> None:
    source = find_checkpoint("detector", str(checkpoints[family]), None).source
    label = load(checkpoints[family], dtype="bfloat16").label
    assert label == f"transformers:{family}@{source.revision[:8]}:bfloat16"


@ALL
def test_the_boxes_of_a_phrase_do_not_depend_on_what_comes_with_it(
    checkpoints: dict[str, Path], family: str
) -> None:
    detector = load(checkpoints[family])
    ((alone,),) = found(detector, ask(5, "a red car"))
    together = found(
        detector,
        ask(6, "two big dog left of the small wooden table"),
        ask(5, "person", "a red car", LONG, "dog"),
        ask(2, "street"),
    )
    assert alike(together[1][1], alone)


@ALL
def test_a_frame_that_is_no_picture_fails_alone(checkpoints: dict[str, Path], family: str) -> None:
    bad = DetectionRequest("bad", b"garbage", ("dog",))
    first, broken, last = load(checkpoints[family]).detect([ask(5, "dog"), bad, ask(6, "dog")])
    assert isinstance(broken, ModelFailure)
    assert broken.error_class == "UndecodableImage"
    assert isinstance(first, Detected) and isinstance(last, Detected)


def test_what_names_nothing_finds_nothing(checkpoints: dict[str, Path]) -> None:
    detector = load(checkpoints["grounding-dino"])
    first, none, empty = found(detector, ask(5, "?", "dog", " ..."), ask(5, "-"), ask(5))
    assert [bool(boxes) for boxes in first] == [False, True, False]
    assert none == ((),) and empty == ()


def test_pictures_of_different_sizes_are_not_stacked(checkpoints: dict[str, Path]) -> None:
    _, encoded = cv2.imencode(".jpg", noise(50, 50))
    square = DetectionRequest("s", encoded.tobytes(), ("dog", "person"))
    detector = load(checkpoints["grounding-dino"])
    mixed = found(detector, ask(5, "dog"), square, ask(6, "dog", "street"))
    alone = [found(detector, r)[0] for r in (ask(5, "dog"), square, ask(6, "dog", "street"))]
    for one, other in zip(mixed, alone, strict=True):
        for boxes, same in zip(one, other, strict=True):
            assert alike(boxes, same)


def test_half_precision_sends_grounding_dinos_rows_alone(checkpoints: dict[str, Path]) -> None:
    detector = load(checkpoints["grounding-dino"], dtype="float16")
    ((alone,),) = found(detector, ask(5, "a red car"))
    ((_, together),) = found(detector, ask(5, LONG, "a red car"))
    assert together == alone


def test_requests_are_read_a_batch_ahead_and_no_further(checkpoints: dict[str, Path]) -> None:
    taken: list[int] = []

    def requests() -> Iterator[DetectionRequest]:
        for i in range(6):
            taken.append(i)
            yield ask(5, "dog")

    waiting = load(checkpoints["owlv2"], batch_size=2).detect(requests())
    next(waiting)
    assert taken == [0, 1]


class Limited:
    """The forward pass of a model, with batches counted and those above a limit out of memory."""

    def __init__(self, patch: pytest.MonkeyPatch, limit: int) -> None:
        self.batches: list[int] = []
        self.within = 0
        self.most_within = 0
        real = transformers.OmDetTurboForObjectDetection.forward

        def forward(model: Any, pixel_values: torch.Tensor, **inputs: Any) -> Any:
            self.within += 1
            self.most_within = max(self.most_within, self.within)
            try:
                self.batches.append(len(pixel_values))
                if len(pixel_values) > limit:
                    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
                return real(model, pixel_values=pixel_values, **inputs)
            finally:
                self.within -= 1

        patch.setattr(transformers.OmDetTurboForObjectDetection, "forward", forward)


def test_a_batch_that_does_not_fit_is_halved_and_the_size_remembered(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = load(checkpoints["omdet-turbo"])
    phrases = ("dog", "person", "car", "street", "table")
    (whole,) = found(detector, ask(5, *phrases))
    limited = Limited(monkeypatch, limit=2)
    (halved,) = found(detector, ask(5, *phrases))
    found(detector, ask(6, *phrases[:3]))
    assert limited.batches == [5, 2, 2, 1, 2, 1]
    for boxes, same in zip(halved, whole, strict=True):
        assert alike(boxes, same)


def test_a_picture_that_does_not_fit_alone_fails(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = load(checkpoints["omdet-turbo"])
    Limited(monkeypatch, limit=0)
    (failed,) = detector.detect([ask(5, "dog", "car")])
    assert isinstance(failed, ModelFailure)
    assert failed.error_class == "OutOfMemory"


def test_a_lost_device_is_raised(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = load(checkpoints["owlv2"])

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered\nCUDA kernel")

    monkeypatch.setattr(transformers.Owlv2ForObjectDetection, "forward", broken)
    with pytest.raises(DeviceLostError, match=r"illegal memory access was encountered$"):
        list(detector.detect([ask(5, "dog")]))


def test_threads_take_turns_at_the_model(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = load(checkpoints["omdet-turbo"], batch_size=2)
    requests = [ask(i, "dog", "a red car", "person") for i in range(8)]
    one_by_one = [found(detector, request)[0] for request in requests]
    limited = Limited(monkeypatch, limit=2)
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(lambda r: found(detector, r)[0], requests * 2))
    assert limited.most_within == 1
    assert together == one_by_one * 2


def test_a_folder_that_is_no_zero_shot_detector_is_refused(tmp_path: Path) -> None:
    config = transformers.BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1)
    config.save_pretrained(tmp_path)
    with pytest.raises(RecipeError, match=r"detector\.model: .* says 'bert', .*grounding-dino"):
        load(tmp_path)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"detector\.model: .* cannot be used: "):
        load(tmp_path)


def test_weights_that_are_not_all_there_are_refused(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    """transformers would make up the missing ones at random, and say so in a table."""
    folder = tmp_path / "owlv2"
    shutil.copytree(checkpoints["owlv2"], folder)
    weights = load_file(folder / "model.safetensors")
    del weights["box_head.dense0.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(RecipeError, match=r"lack 1 of the model's tensors, box_head\.dense0\.w"):
        load(folder)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("model.safetensors", b"garbage", "header"),
        ("model.safetensors", None, "no file named model.safetensors"),
        ("config.json", b"garbage", "not a valid JSON"),
        ("processor_config.json", None, "Can't load image processor"),
        ("tokenizer.json", None, "it has no vocabulary"),
        ("tokenizer.json", b"{}", "AutoProcessor"),
    ],
)
def test_a_folder_with_a_broken_file_is_refused(
    checkpoints: dict[str, Path], tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    folder = shutil.copytree(checkpoints["owlv2"], tmp_path / "owlv2")
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(RecipeError, match=rf"^detector\.model: .* cannot be used: .*{told}"):
        load(folder)


def test_a_hub_name_needs_a_revision() -> None:
    with pytest.raises(RecipeError, match=r"set detector\.revision to a commit"):
        load("somebody/some-detector")


def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    checkpoints: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(MissingDependencyError, match=r"package torchvision: .* extra `models`"):
        load(checkpoints["owlv2"])


def test_loading_and_asking_print_nothing(
    checkpoints: dict[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    for folder in checkpoints.values():
        found(load(folder), ask(5, "a red car", LONG))
    assert capfd.readouterr() == ("", "")
