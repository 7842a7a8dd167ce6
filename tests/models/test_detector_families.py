import math
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from pipeline.models.checkpoint import find_checkpoint
from pipeline.models.failure import ModelFailure
from pipeline.models.transformers_detector import grounding_dino
from pipeline.models.transformers_detector.answers import Answer
from pipeline.models.transformers_detector.grounding_dino import GroundingDino
from pipeline.models.transformers_detector.omdet_turbo import OmDetTurbo
from pipeline.models.transformers_detector.owl import Owl
from pipeline.models.transformers_detector.passes import Passes
from tests.models.tiny_detectors import FAMILIES, noise, settings

ALL = pytest.mark.parametrize("family", FAMILIES)
LONG = "very " * 400 + "long"


def passes_of(folder: Path, **changes: Any) -> Passes:
    checkpoint = find_checkpoint("detector", str(folder), None)
    return Passes(checkpoint, settings(folder, **changes), 8)


def answers(passes: Passes, image: npt.NDArray[np.uint8], rows: list[list[str]]) -> list[Answer]:
    """Those of the phrases of each row, all over the same picture, through one pass."""
    pixels = passes.prepare(image, ["x"])[0].pixels
    stacked = {name: torch.cat([tensor] * len(rows)) for name, tensor in pixels.items()}
    with torch.inference_mode():
        outputs = passes.family.forward(stacked, rows)
    read = passes.family.read(outputs, [image.shape[:2]] * len(rows), -1.0)
    return [answer for row in read for answer in row]


@ALL
def test_rows_do_not_see_each_other(checkpoints: dict[str, Path], family: str) -> None:
    """Before anything is rounded. All phrases of a picture are one row of OWL's."""
    passes = passes_of(checkpoints[family])
    phrases = ["a red car", "two big dog left of the small wooden table", "person", LONG]
    rows = [phrases] if passes.family.together else [[phrase] for phrase in phrases]
    image = noise(60, 100)
    for phrase, found in zip(phrases, answers(passes, image, rows), strict=True):
        (alone,) = answers(passes, image, [[phrase]])
        assert np.abs(found.scores - alone.scores).max() < 2e-6
        assert np.abs(found.boxes - alone.boxes).max() < 2e-6


def test_in_one_prompt_of_grounding_dino_phrases_would_mix(checkpoints: dict[str, Path]) -> None:
    """Why each of its phrases is a row of its own."""
    passes = passes_of(checkpoints["grounding-dino"])
    image = noise(60, 100)
    (alone,) = answers(passes, image, [["dog"]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grounding_dino, "_SEPARATORS", {})
        (mixed,) = answers(passes, image, [["dog. a red car"]])
    assert np.abs(np.sort(mixed.boxes, axis=0) - np.sort(alone.boxes, axis=0)).max() > 0.01


def test_in_one_task_of_omdet_turbo_phrases_would_mix(checkpoints: dict[str, Path]) -> None:
    """Likewise: its class stays the same and its task names another as well."""
    passes = passes_of(checkpoints["omdet-turbo"])
    image, real = noise(60, 100), OmDetTurbo.text
    (alone,) = answers(passes, image, [["dog"]])

    def longer(self: OmDetTurbo, texts: Sequence[str]) -> Any:
        return real(self, [t.replace("dog.", "dog, a red car.") for t in texts])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OmDetTurbo, "text", longer)
        (mixed,) = answers(passes, image, [["dog"]])
    assert np.abs(np.sort(mixed.scores) - np.sort(alone.scores)).max() > 1e-5


def test_grounding_dino_is_asked_in_lower_case_with_one_full_stop(
    checkpoints: dict[str, Path],
) -> None:
    """Between stops of its own a phrase would be read as two."""
    family = passes_of(checkpoints["grounding-dino"]).family
    assert isinstance(family, GroundingDino)
    tokens = family._processor.tokenizer
    stop = tokens.convert_tokens_to_ids(".")
    ids = family.text(["A red Car. Two?", "table"])["input_ids"]
    assert tokens.batch_decode(ids, skip_special_tokens=True) == ["a red car two.", "table."]
    long = family.text([LONG])["input_ids"][0].tolist()
    assert len(long) == 24 and long[-2:] == [stop, tokens.sep_token_id]


def test_owl_is_asked_for_a_photo_where_that_fits(checkpoints: dict[str, Path]) -> None:
    family = passes_of(checkpoints["owlv2"]).family
    assert isinstance(family, Owl)
    assert family.query("red car") == "a photo of a red car"
    long = "two small dogs left of the big wooden table and an umbrella"
    assert family.query(long) == long


def test_all_boxes_of_omdet_turbo_come_back_however_they_overlap(
    checkpoints: dict[str, Path],
) -> None:
    """The overlap that makes two boxes one is the recipe's to say."""
    family = passes_of(checkpoints["omdet-turbo"]).family
    outputs = outputs_with("omdet-turbo", (0.5, 0.5, 0.11, 0.1), 0.7)
    ((answer,),) = family.read(outputs, [(9, 16)], 0.0)
    assert len(answer.scores) == 3


@ALL
def test_colours_are_given_as_red_green_blue(checkpoints: dict[str, Path], family: str) -> None:
    image = np.zeros((60, 60, 3), np.uint8)
    image[:, :, 0] = 255  # OpenCV's blue
    (row,) = passes_of(checkpoints[family]).prepare(image, ["x"])
    red, _, blue = row.pixels["pixel_values"][0].mean((1, 2)).tolist()
    assert blue > red


@ALL
def test_a_score_that_is_rounded_up_to_the_threshold_counts(
    checkpoints: dict[str, Path], family: str
) -> None:
    passes = passes_of(checkpoints[family])
    image = noise(60, 100)
    raw = answers(passes, image, [["dog"]])[0].scores.astype(float)
    score = next(float(s.round(4)) for s in raw if s.round(4) > s + 1e-5)
    strict = passes_of(checkpoints[family], min_score=score, max_overlap=1.0, max_candidates=100)
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
    checkpoints: dict[str, Path], family: str, size: tuple[int, int]
) -> None:
    """Found where the image processor put it, whatever it squeezes and pads."""
    height, width = size
    true = (0.25, 0.5, 0.5, 0.875)
    image = np.zeros((height, width, 3), np.uint8)
    left, right = int(true[0] * width), int(true[2] * width)
    top, bottom = int(true[1] * height), int(true[3] * height)
    image[top:bottom, left:right] = 255
    passes = passes_of(checkpoints[family])
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
