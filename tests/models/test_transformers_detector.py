import itertools
import math
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from pipeline.errors import DeviceLostError, MissingDependencyError, RecipeError
from pipeline.models.checkpoint import find_checkpoint
from pipeline.models.detector import Detected, DetectionRequest, Detector, ScoredBox
from pipeline.models.failure import ModelFailure
from pipeline.models.loading import load_detector
from pipeline.models.transformers_detector import grounding_dino
from pipeline.models.transformers_detector.answers import Answer
from pipeline.models.transformers_detector.candidates import candidates
from pipeline.models.transformers_detector.grounding_dino import GroundingDino
from pipeline.models.transformers_detector.omdet_turbo import OmDetTurbo
from pipeline.models.transformers_detector.owl import Owl
from pipeline.models.transformers_detector.passes import Passes
from pipeline.recipe import DetectorRuntime, TransformersDetectorSettings
from tests.models import tiny_detectors
from tests.models.tiny_detectors import FAMILIES
from tests.shots import shots

ALL = pytest.mark.parametrize("family", FAMILIES)
LONG = "very " * 400 + "long"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("detectors")
    return {family: tiny_detectors.make(family, root / family) for family in FAMILIES}


def settings(model: Path | str, **changes: Any) -> TransformersDetectorSettings:
    values = {"kind": "transformers", "model": str(model), "min_score": 0.0, "max_candidates": 50}
    return TransformersDetectorSettings.model_validate(values | changes)


def load(model: Path | str, batch_size: int = 8, **changes: Any) -> Detector:
    return load_detector(settings(model, **changes), DetectorRuntime(batch_size=batch_size))


def ask(shot: int, *phrases: str) -> DetectionRequest:
    return DetectionRequest(f"f{shot}", shots()[shot].jpeg, phrases)


def found(
    detector: Detector, *requests: DetectionRequest
) -> list[tuple[tuple[ScoredBox, ...], ...]]:
    """The boxes of each phrase of each request, none of which may fail."""
    answers = list(detector.detect(requests))
    assert all(isinstance(answer, Detected) for answer in answers), answers
    return [answer.boxes for answer in answers if isinstance(answer, Detected)]


def alike(boxes: Sequence[ScoredBox], others: Sequence[ScoredBox]) -> bool:
    """Whether they are the same but for the last digit kept, which may fall either way."""
    left = np.array([(*box.bbox, box.score) for box in boxes]).reshape(-1, 1, 5)
    right = np.array([(*box.bbox, box.score) for box in others]).reshape(1, -1, 5)
    same = np.abs(left - right).max(2, initial=0) < 1.5e-4
    return len(boxes) == len(others) and bool(same.any(0).all() and same.any(1).all())


@ALL
def test_a_checkpoint_finds_boxes_inside_the_frame_best_first(
    folders: dict[str, Path], family: str
) -> None:
    detector = load(folders[family])
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
    folders: dict[str, Path], family: str
) -> None:
    source = find_checkpoint("detector", str(folders[family]), None).source
    label = load(folders[family], dtype="bfloat16").label
    assert label == f"transformers:{family}@{source.revision[:8]}:bfloat16"


@ALL
def test_the_boxes_of_a_phrase_do_not_depend_on_what_comes_with_it(
    folders: dict[str, Path], family: str
) -> None:
    detector = load(folders[family])
    ((alone,),) = found(detector, ask(5, "a red car"))
    together = found(
        detector,
        ask(6, "two big dog left of the small wooden table"),
        ask(5, "person", "a red car", LONG, "dog"),
        ask(2, "street"),
    )
    assert alike(together[1][1], alone)


def passes_of(folder: Path, **changes: Any) -> Passes:
    checkpoint = find_checkpoint("detector", str(folder), None)
    return Passes(checkpoint, settings(folder, **changes), 8)


def picture(height: int, width: int) -> npt.NDArray[np.uint8]:
    """Noise, blue-green-red."""
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)


def answers(passes: Passes, image: npt.NDArray[np.uint8], rows: list[list[str]]) -> list[Answer]:
    """Those of the phrases of each row, all over the same picture, through one pass."""
    pixels = passes.prepare(image, ["x"])[0].pixels
    stacked = {name: torch.cat([tensor] * len(rows)) for name, tensor in pixels.items()}
    with torch.inference_mode():
        outputs = passes.family.forward(stacked, rows)
    read = passes.family.read(outputs, [image.shape[:2]] * len(rows), -1.0)
    return [answer for row in read for answer in row]


@ALL
def test_rows_do_not_see_each_other(folders: dict[str, Path], family: str) -> None:
    """Before anything is rounded. All phrases of a picture are one row of OWL's."""
    passes = passes_of(folders[family])
    phrases = ["a red car", "two big dog left of the small wooden table", "person", LONG]
    rows = [phrases] if passes.family.together else [[phrase] for phrase in phrases]
    image = picture(60, 100)
    for phrase, found in zip(phrases, answers(passes, image, rows), strict=True):
        (alone,) = answers(passes, image, [[phrase]])
        assert np.abs(found.scores - alone.scores).max() < 2e-6
        assert np.abs(found.boxes - alone.boxes).max() < 2e-6


def test_in_one_prompt_of_grounding_dino_phrases_would_mix(folders: dict[str, Path]) -> None:
    """Why each of its phrases is a row of its own."""
    passes = passes_of(folders["grounding-dino"])
    image = picture(60, 100)
    (alone,) = answers(passes, image, [["dog"]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grounding_dino, "_SEPARATORS", {})
        (mixed,) = answers(passes, image, [["dog. a red car"]])
    assert np.abs(np.sort(mixed.boxes, axis=0) - np.sort(alone.boxes, axis=0)).max() > 0.01


def test_in_one_task_of_omdet_turbo_phrases_would_mix(folders: dict[str, Path]) -> None:
    """Likewise: its class stays the same and its task names another as well."""
    passes = passes_of(folders["omdet-turbo"])
    image, real = picture(60, 100), OmDetTurbo.text
    (alone,) = answers(passes, image, [["dog"]])

    def longer(self: OmDetTurbo, texts: Sequence[str]) -> Any:
        return real(self, [t.replace("dog.", "dog, a red car.") for t in texts])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OmDetTurbo, "text", longer)
        (mixed,) = answers(passes, image, [["dog"]])
    assert np.abs(np.sort(mixed.scores) - np.sort(alone.scores)).max() > 1e-5


def test_grounding_dino_is_asked_in_lower_case_with_one_full_stop(folders: dict[str, Path]) -> None:
    """Between stops of its own a phrase would be read as two."""
    family = passes_of(folders["grounding-dino"]).family
    assert isinstance(family, GroundingDino)
    tokens = family._processor.tokenizer
    stop = tokens.convert_tokens_to_ids(".")
    ids = family.text(["A red Car. Two?", "table"])["input_ids"]
    assert tokens.batch_decode(ids, skip_special_tokens=True) == ["a red car two.", "table."]
    long = family.text([LONG])["input_ids"][0].tolist()
    assert len(long) == 24 and long[-2:] == [stop, tokens.sep_token_id]


def test_owl_is_asked_for_a_photo_where_that_fits(folders: dict[str, Path]) -> None:
    family = passes_of(folders["owlv2"]).family
    assert isinstance(family, Owl)
    assert family.query("red car") == "a photo of a red car"
    long = "two small dogs left of the big wooden table and an umbrella"
    assert family.query(long) == long


def test_all_boxes_of_omdet_turbo_come_back_however_they_overlap(folders: dict[str, Path]) -> None:
    """The overlap that makes two boxes one is the recipe's to say."""
    family = passes_of(folders["omdet-turbo"]).family
    outputs = outputs_with("omdet-turbo", (0.5, 0.5, 0.11, 0.1), 0.7)
    ((answer,),) = family.read(outputs, [(9, 16)], 0.0)
    assert len(answer.scores) == 3


@ALL
def test_colours_are_given_as_red_green_blue(folders: dict[str, Path], family: str) -> None:
    image = np.zeros((60, 60, 3), np.uint8)
    image[:, :, 0] = 255  # OpenCV's blue
    (row,) = passes_of(folders[family]).prepare(image, ["x"])
    red, _, blue = row.pixels["pixel_values"][0].mean((1, 2)).tolist()
    assert blue > red


@ALL
def test_a_score_that_is_rounded_up_to_the_threshold_counts(
    folders: dict[str, Path], family: str
) -> None:
    passes = passes_of(folders[family])
    image = picture(60, 100)
    raw = answers(passes, image, [["dog"]])[0].scores.astype(float)
    score = next(float(s.round(4)) for s in raw if s.round(4) > s + 1e-5)
    strict = passes_of(folders[family], min_score=score, max_overlap=1.0, max_candidates=100)
    (found,) = strict.run(strict.prepare(image, ["dog"]))
    assert not isinstance(found, ModelFailure)
    (boxes,) = found
    assert min(box.score for box in boxes) == score


def outputs_with(family: str, place: Sequence[float], score: float) -> Any:
    """Outputs of a pass over one picture and one phrase with this box among others.

    Args:
        place: centre and size, as fractions of what the model was shown.
    """
    boxes = torch.tensor([[[0.5, 0.5, 0.1, 0.1], list(place), [0.1, 0.1, 0.1, 0.1]]])
    logit = math.log(score / (1 - score))
    if family.startswith("owl"):
        return torch.tensor([[[-9.0], [logit], [-9.0]]]), boxes, [1]
    if family == "omdet-turbo":
        logits = torch.tensor([[[-9.0], [logit], [-9.0]]])
        return SimpleNamespace(
            decoder_class_logits=logits, decoder_coord_logits=boxes, classes_structure=[1]
        )
    logits = torch.full((1, 3, 24), -math.inf)
    logits[0, :, :3] = torch.tensor([[-9.0] * 3, [-9.0, logit, -8.0], [-9.0] * 3])
    return SimpleNamespace(
        logits=logits, pred_boxes=boxes, input_ids=torch.tensor([[101, 106, 102]])
    )


@ALL
@pytest.mark.parametrize("size", [(72, 128), (128, 72), (96, 96)], ids=str)
def test_a_box_comes_back_to_where_it_was_in_the_picture(
    folders: dict[str, Path], family: str, size: tuple[int, int]
) -> None:
    """Found where the image processor put it, whatever it squeezes and pads."""
    height, width = size
    true = (0.25, 0.5, 0.5, 0.875)
    image = np.zeros((height, width, 3), np.uint8)
    left, right = int(true[0] * width), int(true[2] * width)
    top, bottom = int(true[1] * height), int(true[3] * height)
    image[top:bottom, left:right] = 255
    passes = passes_of(folders[family])
    (row,) = passes.prepare(image, ["x"])
    shown = row.pixels["pixel_values"][0].mean(0)
    bright = shown > (shown.min() + shown.max()) / 2
    ys, xs = (bright.any(dim).nonzero().flatten() for dim in (1, 0))
    y1, y2 = (float(v) / len(shown) for v in (ys[0], ys[-1] + 1))
    x1, x2 = (float(v) / shown.shape[1] for v in (xs[0], xs[-1] + 1))
    place = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
    outputs = outputs_with(family, place, 0.7)
    ((answer,),) = passes.family.read(outputs, [row.size], 0.1)
    assert answer.boxes.tolist() == [pytest.approx(true, abs=0.025)]
    assert answer.scores.tolist() == [pytest.approx(0.7)]


def of(*rows: tuple[float, ...]) -> Answer:
    """An answer of rows `score, x1, y1, x2, y2`."""
    table = np.array(rows, np.float32).reshape(-1, 5)
    return Answer(table[:, 0], table[:, 1:])


def test_candidates_are_clipped_rounded_and_not_empty() -> None:
    found = candidates(
        of(
            (0.51239, -0.2, 0.1, 0.33338, 1.7),
            (0.9, 1.1, 0.1, 1.3, 0.2),
            (0.9, 0.2, 0.5, 0.20004, 0.9),
            (math.nan, 0.1, 0.1, 0.2, 0.2),
            (0.9, math.nan, 0.1, 0.2, 0.2),
        ),
        settings("x"),
    )
    assert found == (ScoredBox((0.0, 0.1, 0.3334, 1.0), 0.5124),)


def test_candidates_have_the_score_that_is_asked_for() -> None:
    rows = [
        (score, 0.1 * i, 0.0, 0.1 * i + 0.1, 0.1) for i, score in enumerate((0.3, 0.29996, 0.2999))
    ]
    assert [c.score for c in candidates(of(*rows), settings("x", min_score=0.3))] == [0.3, 0.3]


def test_equal_scores_are_ordered_by_place_and_the_best_are_kept() -> None:
    boxes = [(0.5, x / 10, 0.0, x / 10 + 0.05, 0.1) for x in (7, 3, 5)]
    rows = [(0.4, 0.0, 0.5, 0.1, 0.6), *boxes]
    for order in itertools.permutations(rows):
        found = candidates(of(*order), settings("x", max_candidates=3))
        assert [c.bbox[0] for c in found] == [0.3, 0.5, 0.7]


def test_of_boxes_that_overlap_the_better_one_stays() -> None:
    best, shifted, apart = (0.0, 0.0, 0.4, 0.4), (0.05, 0.0, 0.45, 0.4), (0.2, 0.0, 0.6, 0.4)
    rows = of((0.6, *shifted), (0.9, *best), (0.5, *apart))
    kept = {
        overlap: [c.bbox for c in candidates(rows, settings("x", max_overlap=overlap))]
        for overlap in (0.9, 0.7, 0.2)
    }
    # Intersections over unions: 0.35 / 0.45 of the first two, 0.2 / 0.6 of first and third.
    assert kept == {0.9: [best, shifted, apart], 0.7: [best, apart], 0.2: [best]}


def test_of_two_equal_boxes_with_equal_scores_one_is_kept() -> None:
    rows = of((0.6, 0.1, 0.1, 0.2, 0.2), (0.6, 0.1, 0.1, 0.2, 0.2))
    assert len(candidates(rows, settings("x"))) == 1


@ALL
def test_a_frame_that_is_no_picture_fails_alone(folders: dict[str, Path], family: str) -> None:
    bad = DetectionRequest("bad", b"garbage", ("dog",))
    first, broken, last = load(folders[family]).detect([ask(5, "dog"), bad, ask(6, "dog")])
    assert isinstance(broken, ModelFailure)
    assert broken.error_class == "UndecodableImage"
    assert isinstance(first, Detected) and isinstance(last, Detected)


def test_what_names_nothing_finds_nothing(folders: dict[str, Path]) -> None:
    detector = load(folders["grounding-dino"])
    first, none, empty = found(detector, ask(5, "?", "dog", " ..."), ask(5, "-"), ask(5))
    assert [bool(boxes) for boxes in first] == [False, True, False]
    assert none == ((),) and empty == ()


def test_pictures_of_different_sizes_are_not_stacked(folders: dict[str, Path]) -> None:
    _, encoded = cv2.imencode(".jpg", picture(50, 50))
    square = DetectionRequest("s", encoded.tobytes(), ("dog", "person"))
    detector = load(folders["grounding-dino"])
    mixed = found(detector, ask(5, "dog"), square, ask(6, "dog", "street"))
    alone = [found(detector, r)[0] for r in (ask(5, "dog"), square, ask(6, "dog", "street"))]
    for one, other in zip(mixed, alone, strict=True):
        for boxes, same in zip(one, other, strict=True):
            assert alike(boxes, same)


def test_half_precision_sends_grounding_dinos_rows_alone(folders: dict[str, Path]) -> None:
    detector = load(folders["grounding-dino"], dtype="float16")
    ((alone,),) = found(detector, ask(5, "a red car"))
    ((_, together),) = found(detector, ask(5, LONG, "a red car"))
    assert together == alone


def test_requests_are_read_a_batch_ahead_and_no_further(folders: dict[str, Path]) -> None:
    taken: list[int] = []

    def requests() -> Iterator[DetectionRequest]:
        for i in range(6):
            taken.append(i)
            yield ask(5, "dog")

    waiting = load(folders["owlv2"], batch_size=2).detect(requests())
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
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = load(folders["omdet-turbo"])
    phrases = ("dog", "person", "car", "street", "table")
    (whole,) = found(detector, ask(5, *phrases))
    limited = Limited(monkeypatch, limit=2)
    (halved,) = found(detector, ask(5, *phrases))
    found(detector, ask(6, *phrases[:3]))
    assert limited.batches == [5, 2, 2, 1, 2, 1]
    for boxes, same in zip(halved, whole, strict=True):
        assert alike(boxes, same)


def test_a_picture_that_does_not_fit_alone_fails(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = load(folders["omdet-turbo"])
    Limited(monkeypatch, limit=0)
    (failed,) = detector.detect([ask(5, "dog", "car")])
    assert isinstance(failed, ModelFailure)
    assert failed.error_class == "OutOfMemory"


def test_a_lost_device_is_raised(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    detector = load(folders["owlv2"])

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered\nCUDA kernel")

    monkeypatch.setattr(transformers.Owlv2ForObjectDetection, "forward", broken)
    with pytest.raises(DeviceLostError, match=r"illegal memory access was encountered$"):
        list(detector.detect([ask(5, "dog")]))


def test_threads_take_turns_at_the_model(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = load(folders["omdet-turbo"], batch_size=2)
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
    folders: dict[str, Path], tmp_path: Path
) -> None:
    """transformers would make up the missing ones at random, and say so in a table."""
    folder = tmp_path / "owlv2"
    shutil.copytree(folders["owlv2"], folder)
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
    folders: dict[str, Path], tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    folder = shutil.copytree(folders["owlv2"], tmp_path / "owlv2")
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(RecipeError, match=rf"^detector\.model: .* cannot be used: .*{told}"):
        load(folder)


def test_a_hub_name_needs_a_revision() -> None:
    with pytest.raises(RecipeError, match=r"set detector\.revision to a commit"):
        load("somebody/some-detector")


def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(MissingDependencyError, match=r"package torchvision: .* extra `models`"):
        load(folders["owlv2"])


def test_loading_and_asking_print_nothing(
    folders: dict[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    for folder in folders.values():
        found(load(folder), ask(5, "a red car", LONG))
    assert capfd.readouterr() == ("", "")
